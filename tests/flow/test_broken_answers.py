"""An answer that ends before it should is never stored as the whole of a page."""

import gzip
import zlib
from datetime import UTC, datetime

import pytest

from storage.records import SourceKind
from tests.builders import new_source
from tests.flow.hostile_server import HostileServer, answer, article, listed, raw
from tests.flow.installation import BareInstallation

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def chunk(payload: bytes) -> bytes:
    return b"%x\r\n" % len(payload) + payload + b"\r\n"


def test_what_breaks_off_is_not_stored(installed: BareInstallation, site: HostileServer) -> None:
    pages = [article(number).encode() for number in range(8)]
    site.table = listed(
        {
            "/whole.html": raw(CHUNKED + chunk(pages[0]) + b"0\r\n\r\n"),
            "/no-last-chunk.html": raw(CHUNKED + chunk(pages[1])),
            "/short.html": answer(pages[2], Content_Length=len(pages[2]) + 100),
            "/gzip.html": answer(gzip.compress(pages[3])[:-40], Content_Encoding="gzip"),
            "/gzip-crc.html": answer(gzip.compress(pages[4])[:-8] + b"12345678", Content_Encoding="gzip"),
            "/deflate.html": answer(zlib.compress(pages[5])[:-40], Content_Encoding="deflate"),
            "/brotli.html": answer(b"\x1b\x03\x00", Content_Encoding="br"),
        }
    )
    installed.store.sources.add(
        new_source("broken", kind=SourceKind.FEED, url=f"{site.url}/feed.xml"), datetime.now(UTC)
    )
    [run] = installed.crawl().runs
    assert [each.url for each in installed.articles()] == [f"{site.url}/whole.html"]
    assert run.counters.failed == 6


def test_a_page_that_ends_with_its_connection_is_taken_for_whole(
    installed: BareInstallation, site: HostileServer
) -> None:
    old = b"HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    site.table = listed({"/closed.html": raw(old + article(1).encode())})
    installed.store.sources.add(
        new_source("closing", kind=SourceKind.FEED, url=f"{site.url}/feed.xml"), datetime.now(UTC)
    )
    installed.crawl()
    assert [each.url for each in installed.articles()] == [f"{site.url}/closed.html"]
