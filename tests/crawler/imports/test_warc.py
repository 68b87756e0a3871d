"""WARC files as the standard describes them (WARC 1.1), and damaged ones. All pages are synthetic."""

import base64
import gzip
import hashlib
import io
import zlib
from datetime import UTC, datetime

import pytest

from crawler.capture import MAX_BYTES
from crawler.imports.warc import BadRecord, read_warc, revisit_profile
from storage.records import Capture, Profile, Trouble

URL = "http://www.example.cn/a/1.html"
HTML = "<html><title>把课堂搬到田里</title></html>".encode()
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


class File:
    """A WARC file in the making: each record by itself compressed, as the standard wants it, or not at all."""

    def __init__(self, *, compressed: bool = True) -> None:
        self.compressed = compressed
        self.content = b""

    def add(
        self,
        body: bytes = HTML,
        *,
        kind: str = "response",
        url: str = URL,
        status: str = "200 OK",
        http: tuple[tuple[str, str], ...] = (("Content-Type", "text/html"),),
        warc: dict[str, str] | None = None,
    ) -> "File":
        block = (_head(f"HTTP/1.1 {status}", http) + body) if status else body
        digest = "sha1:" + base64.b32encode(hashlib.sha1(block).digest()).decode()
        fields = {
            "WARC-Type": kind,
            "WARC-Target-URI": url,
            "WARC-Date": "2024-04-12T02:24:05Z",
            "WARC-Record-ID": "<urn:uuid:00000000-0000-0000-0000-000000000000>",
            "WARC-Block-Digest": digest,
            "Content-Type": "application/http; msgtype=response" if status else "text/plain",
            "Content-Length": str(len(block)),
        }
        record = _head("WARC/1.1", tuple((fields | (warc or {})).items())) + block + b"\r\n\r\n"
        self.content += gzip.compress(record, mtime=0) if self.compressed else record
        return self

    def read(self) -> list[Capture | BadRecord]:
        return list(read_warc(io.BytesIO(self.content)))


def _head(first: str, fields: tuple[tuple[str, str], ...]) -> bytes:
    return "".join(f"{line}\r\n" for line in (first, *(f"{name}: {value}" for name, value in fields), "")).encode()


def captures(found: list[Capture | BadRecord]) -> list[Capture]:
    assert all(isinstance(one, Capture) for one in found), found
    return [one for one in found if isinstance(one, Capture)]


@pytest.mark.parametrize("compressed", [True, False])
def test_a_response_is_a_capture(compressed: bool) -> None:
    (capture,) = captures(File(compressed=compressed).add().read())
    assert (capture.url, capture.final_url, capture.status) == (URL, URL, 200)
    assert capture.captured_at == datetime(2024, 4, 12, 2, 24, 5, tzinfo=UTC)
    assert (capture.payload, capture.trouble, capture.detail) == (HTML, None, "")
    assert capture.headers[0] == ("content-type", "text/html")
    assert revisit_profile(capture) is None


def test_a_file_that_was_compressed_as_a_whole_is_read_too() -> None:
    plain = File(compressed=False).add().add(b"second", url=URL + "?2").content
    found = captures(list(read_warc(io.BytesIO(gzip.compress(plain, mtime=0)))))
    assert [capture.payload for capture in found] == [HTML, b"second"]


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(HTML, mtime=0)),
        ("deflate", zlib.compress(HTML)),
        ("identity", HTML),
        ("GZIP", gzip.compress(HTML, mtime=0)),
    ],
)
def test_the_payload_is_content_decoded(coding: str, body: bytes) -> None:
    (capture,) = captures(File().add(body, http=(("Content-Encoding", coding),)).read())
    assert capture.payload == HTML


def test_chunks_are_put_together() -> None:
    packed = gzip.compress(HTML, mtime=0)
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (packed[:9], packed[9:])) + b"0\r\n\r\n"
    http = (("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip"))
    (capture,) = captures(File().add(body, http=http).read())
    assert capture.payload == HTML


def test_a_body_that_the_archive_decoded_already_is_taken_as_it_is() -> None:
    (capture,) = captures(File().add(HTML, http=(("Content-Encoding", "gzip"),)).read())
    assert (capture.payload, capture.trouble) == (HTML, None)


def test_a_compressed_body_that_breaks_off_is_a_trouble_and_no_page() -> None:
    (capture,) = captures(File().add(gzip.compress(HTML, mtime=0)[:-9], http=(("Content-Encoding", "gzip"),)).read())
    assert (capture.payload, capture.trouble) == (b"", Trouble.CUT_SHORT)


def test_a_body_that_is_too_large_is_a_trouble() -> None:
    (capture, after) = captures(File().add(b"x" * (MAX_BYTES + 1)).add().read())
    assert (capture.payload, capture.trouble) == (b"", Trouble.TOO_LARGE)
    assert after.payload == HTML


def test_a_record_that_was_cut_when_archived_says_so() -> None:
    (capture,) = captures(File().add(warc={"WARC-Truncated": "length"}).read())
    assert (capture.trouble, capture.payload) == (Trouble.CUT_SHORT, HTML)


@pytest.mark.parametrize(
    ("uri", "status", "profile"),
    [
        (IDENTICAL, "200 OK", Profile.IDENTICAL_PAYLOAD_DIGEST),
        (NOT_MODIFIED, "304 Not Modified", Profile.SERVER_NOT_MODIFIED),
        (IDENTICAL, "", Profile.IDENTICAL_PAYLOAD_DIGEST),
        (NOT_MODIFIED, "", Profile.SERVER_NOT_MODIFIED),
    ],
)
def test_a_revisit_is_a_capture_without_payload(uri: str, status: str, profile: Profile) -> None:
    warc = {"WARC-Profile": uri, "WARC-Refers-To-Date": "2024-04-01T00:00:00Z", "WARC-Payload-Digest": "sha1:ABC"}
    (capture,) = captures(File().add(b"", kind="revisit", status=status, warc=warc).read())
    assert revisit_profile(capture) is profile
    assert (capture.payload, capture.status) == (b"", 304 if profile is Profile.SERVER_NOT_MODIFIED else 200)
    assert capture.header("warc-payload-digest") == "sha1:ABC"
    assert capture.header("warc-refers-to-date") == "2024-04-01T00:00:00Z"


def test_other_records_are_skipped() -> None:
    file = File().add(b"software: none\r\n", kind="warcinfo", status="").add(kind="resource", status="")
    file.add(b"1.2.3.4", url="dns:www.example.cn", status="").add()
    assert [capture.url for capture in captures(file.read())] == [URL]


def test_an_empty_file_has_no_visits() -> None:
    assert list(read_warc(io.BytesIO(b""))) == []


def test_redirects_and_errors_are_visits() -> None:
    file = File().add(b"", status="301 Moved", http=(("Location", "/b"),)).add(status="404 Not Found")
    assert [capture.status for capture in captures(file.read())] == [301, 404]


# ------------------------------------------------------------------ damage
def test_one_bad_record_costs_no_other() -> None:
    good, bad, after = File().add().add(status="xyz", url=URL + "?2").add(url=URL + "?3").read()
    assert isinstance(bad, BadRecord)
    assert (bad.record, bad.url) == (2, URL + "?2")
    assert [one.url for one in (good, after)] == [URL, URL + "?3"]


def test_a_record_whose_bytes_changed_is_bad() -> None:
    payload = File(compressed=False).add().content.replace("把课堂".encode(), "把教室".encode())
    (bad,) = read_warc(io.BytesIO(payload))
    assert isinstance(bad, BadRecord)
    assert "digest" in bad.problem


@pytest.mark.parametrize("compressed", [True, False])
def test_a_file_that_breaks_off_keeps_what_came_before(compressed: bool) -> None:
    whole = File(compressed=compressed).add().add(HTML * 50, url=URL + "?2").content
    first, bad = read_warc(io.BytesIO(whole[:-60]))
    assert isinstance(first, Capture)
    assert isinstance(bad, BadRecord)
    assert bad.problem


def test_a_record_with_a_wrong_length_is_bad_and_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    length = len(File(compressed=False).add().content)
    file = File(compressed=False).add().add(url=URL + "?2")
    payload = file.content[:length].replace(b"\r\n\r\n\r\n", b"\r\n\r\n") + b"torn" + file.content[length:]
    assert any(isinstance(one, BadRecord) for one in read_warc(io.BytesIO(payload)))
    assert capsys.readouterr() == ("", "")


def test_what_is_no_warc_file_is_bad_in_one_line() -> None:
    (bad,) = read_warc(io.BytesIO(b"hello\nworld\n"))
    assert isinstance(bad, BadRecord)
    assert "\n" not in bad.problem


def test_a_record_without_its_date_is_bad() -> None:
    payload = File(compressed=False).add().content.replace(b"WARC-Date", b"WARC-Xate")
    (bad,) = read_warc(io.BytesIO(payload))
    assert isinstance(bad, BadRecord)
    assert bad.problem == "no WARC-Date"
