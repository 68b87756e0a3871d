"""A client that knows nothing of the demo: it asks for URLs and reads links as any browser would."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPMessage
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit
from xml.etree import ElementTree as ET


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._href: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "area" and href:
            self.found.append((href, ""))
        if tag == "a":
            self._href, self._text = href, ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href is not None:
            self.found.append((self._href, self._text))
            self._href = None


@dataclass(frozen=True, slots=True)
class Reply:
    url: str
    status: int
    headers: HTTPMessage
    #: After gzip was undone, if the answer said so.
    body: bytes

    def text(self, charset: str = "utf-8") -> str:
        return self.body.decode(charset)

    def links(self) -> list[tuple[str, str]]:
        """The page's links, absolute and without a fragment, with their texts."""
        reader = _Links()
        reader.feed(self.text("gb18030" if b'charset="gb2312"' in self.body else "utf-8"))
        return [(urldefrag(urljoin(self.url, href)).url, text) for href, text in reader.found]

    def next_page(self) -> str:
        """Where 下一页 leads; empty on the last page."""
        return next((url for url, text in self.links() if text.strip() == "下一页"), "")

    def xml(self) -> ET.Element:
        return ET.fromstring(self.body)

    def json(self) -> dict[str, object]:
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value


class Visitor:
    """Keeps one connection a host, as crawlers do."""

    def __init__(self) -> None:
        self._connections: dict[str, HTTPConnection] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._connections.values():
            connection.close()

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        return self.ask("GET", url, headers)

    def post(self, url: str, value: object) -> Reply:
        return self.ask("POST", url, {"Content-Type": "application/json"}, json.dumps(value).encode())

    def ask(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Reply:
        parts = urlsplit(url)
        host = parts.netloc
        connection = self._connections.setdefault(host, HTTPConnection(host, timeout=20))
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, dict(headers or {}))
        answer = connection.getresponse()
        payload = answer.read()
        if answer.headers["Content-Encoding"] == "gzip" and method != "HEAD":
            payload = gzip.decompress(payload)
        return Reply(url, answer.status, answer.headers, payload)


def same_address(url: str) -> str:
    """The URL with its parameters in order: a republisher writes them in several."""
    parts = urlsplit(url)
    return parts._replace(query=urlencode(sorted(parse_qsl(parts.query)))).geturl()
