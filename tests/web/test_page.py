"""The page of the service and the description of its API: right, escaped, and without anything foreign."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records import Counters, IssueKind, RunStatus, RunWish
from tests.builders import NOW, World, issue_seen, later, new_article, new_source, publisher
from tests.docs.markdown import page, rows, sections
from tests.web import sides
from tests.web.sides import Client, at_work, ended
from web.markup import Markup, document, tag
from web.page import _size, _span
from web.style import POLICY, STYLE

EVIL = "<script>alert('网')</script>\"><img src=x onerror=alert(1)>"


class Reader(HTMLParser):
    """Reads a page as a browser would: its text, its elements, its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def links(self) -> list[str]:
        return [str(attributes.get("href")) for name, attributes in self.elements if name == "a"]


def read(client: Client, path: str = "/") -> Reader:
    answer = client.get(path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Reader(answer.text)


def test_the_page_shows_what_runs_what_waits_and_what_comes(client: Client, world: World) -> None:
    at_work(world.store)
    world.visit(new_article("1"))
    ended(world, RunStatus.FAILED, reason="网站没有回答", length_s=75)
    running = world.store.runs.queue(world.source.id, "serve", NOW, machine="m", pid=1)
    world.store.runs.start(running.id, later(seconds=-90), 1, "m", "1.2.3")
    world.store.runs.progress(running.id, Counters(requests=21, listed=30))
    world.store.runs.queue(world.source.id, "api", NOW, wish=RunWish(urls=("http://www.example.cn/新闻.html",)))
    world.store.sources.add(new_source("next", publisher=publisher("鲁西新区管委会")), later(minutes=7))
    shown = read(client).text
    assert "ready" in shown
    assert "not ready" not in shown
    for words in (
        "1 min 30 s",
        "21 30",
        "网站没有回答",
        "1 min 15 s",
        "asked for by api: http://www.example.cn/新闻.html",
    ):
        assert words in shown
    assert "鲁西新区管委会 in 7 min 0 s" in shown
    assert "1 of 5" in shown


def test_the_page_says_why_the_service_is_not_ready(world: World) -> None:
    with sides.client(world.store, trouble=lambda: f"the disk is full {EVIL}") as client:
        shown = read(client).text
    assert "not ready" in shown
    assert f"the disk is full {EVIL}" in shown
    assert "no scheduler has been at work" in shown


def test_the_page_is_there_when_the_database_is_not(client: Client, world: World) -> None:
    world.store.database.engine.dispose()
    path = world.store.database.engine.url.database
    assert path is not None
    Path(path).write_bytes(b"no database" * 1000)
    answer = client.get("/")
    assert answer.status_code == 503
    assert "not ready" in answer.text
    assert "is not a database" in answer.text


def test_what_comes_from_elsewhere_is_shown_and_never_obeyed(client: Client, world: World) -> None:
    world.store.sources.add(new_source(f"key {EVIL}", publisher=publisher(f"name {EVIL}")), NOW)
    ended(world, RunStatus.DEGRADED, reason=f"reason {EVIL}")
    world.record(issue_seen(IssueKind.GAP, url=f"javascript:alert(1)//{EVIL}", detail=f"detail {EVIL}"))
    world.record(issue_seen(IssueKind.CRASH, url=f"http://a.cn/?{EVIL}", detail="\u202egnp.exe\ud800\x00"))
    world.store.runs.queue(world.source.id, EVIL, NOW)
    seen = read(client)
    names = {name for name, _ in seen.elements}
    assert not names & {"script", "img", "iframe", "object", "form"}
    assert not [key for _, attributes in seen.elements for key in attributes if key.startswith("on")]
    assert seen.text.count("alert('网')") >= 5
    assert not [link for link in seen.links() if not link.startswith(("/", "http://a.cn/?<script>"))]


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_loads_nothing_and_its_style_is_the_one_that_is_allowed(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["content-security-policy"] == POLICY
    seen = Reader(answer.text)
    assert not [name for name, attributes in seen.elements if "src" in attributes or "style" in attributes]
    assert [attributes["href"] for name, attributes in seen.elements if name == "link"] == ["data:,"]
    assert f"<style>{STYLE}</style>" in answer.text
    assert not re.search(r"url\(|@import", STYLE)


def test_the_page_renews_itself(client: Client) -> None:
    refreshed = [a.get("content") for n, a in read(client).elements if n == "meta" and a.get("http-equiv") == "refresh"]
    assert refreshed == ["10"]


def test_every_link_of_the_page_leads_somewhere(client: Client, world: World) -> None:
    ended(world)
    links = {link for link in read(client).links() if link.startswith("/")}
    assert {client.get(link).status_code for link in links} == {200}
    assert len(links) > 7


def test_the_description_tells_of_every_endpoint(client: Client) -> None:
    described = client.get("/openapi.json").json()
    shown = read(client, "/docs").text
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert f"{method.upper()} {path}" in shown
            assert operation["summary"] in shown


def test_every_endpoint_and_every_shape_is_explained(client: Client) -> None:
    described = client.get("/openapi.json").json()
    operations = [each for methods in described["paths"].values() for each in methods.values()]
    assert all(each["summary"] and each["description"] for each in operations)
    answers = [answer for each in operations for answer in each["responses"].values()]
    assert all(answer["description"] not in ("", "Successful Response") for answer in answers)
    shapes = described["components"]["schemas"]
    assert "HTTPValidationError" not in shapes
    assert all(shape.get("description") for shape in shapes.values() if "properties" in shape)


def test_the_manual_names_every_endpoint_and_no_other(client: Client) -> None:
    described = client.get("/openapi.json").json()["paths"]
    served = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    named = {row[0].strip("`") for row in rows(sections(page("docs/api.md"), level=2)["Endpoints"])}
    assert {each.replace("{run_id}", "41").replace("{key}", "bulletin") for each in served} == named


def test_problems_are_described_in_their_own_media_type(client: Client) -> None:
    described = client.get("/openapi.json").json()
    media: dict[str, set[str]] = {}
    for methods in described["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                media.setdefault(status[0], set()).update(answer.get("content", {}))
    assert media["4"] == media["5"] == {"application/problem+json"}


@given(words=st.text())
def test_words_in_markup_come_back_as_they_were(words: str) -> None:
    seen = Reader(tag("p", words, title=words))
    assert "".join(seen.words) == words
    assert [name for name, _ in seen.elements] == ["p"]


def test_markup_within_markup_is_not_escaped_again() -> None:
    assert tag("p", "a & b ", tag("b", "<"), None, class_="k", lang=None) == '<p class="k">a &amp; b <b>&lt;</b></p>'
    assert "<title>&lt;x&gt;</title>" in document("<x>", "", Markup("<p>"), refresh_s=None)


@pytest.mark.parametrize(
    ("length_s", "said"),
    [(-5, "0 s"), (0.4, "0 s"), (59.6, "1 min 0 s"), (3599, "59 min 59 s"), (7265, "2 h 1 min"), (90000, "1 d 1 h")],
)
def test_a_length_of_time_is_told_as_people_say_it(length_s: float, said: str) -> None:
    assert _span(length_s) == said


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 KB"), (12_345_678, "12.3 MB"), (10**16, "10000.0 TB")]
)
def test_a_size_is_told_as_people_read_it(count: int, said: str) -> None:
    assert _size(count) == said
