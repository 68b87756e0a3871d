"""Read the visits that a WARC file keeps (WARC 1.1, ISO 28500:2017): its response and revisit records. Pure.

Records of other types, and responses that are not HTTP, are skipped. A record that cannot be read is a
value, `BadRecord`; after one that breaks the file itself, reading ends.
"""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader, ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParserException

from crawler.capture import MAX_BYTES, Undecodable, decode_content
from storage.records import Capture, Profile, Trouble

_GZIP = b"\x1f\x8b"
#: What a record tells of itself that its HTTP headers do not; handed on among the capture's headers.
_KEPT = ("WARC-Type", "WARC-Profile", "WARC-Payload-Digest", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date")
_PROFILES = {profile.value: profile for profile in Profile}
# AttributeError and TypeError: what the reader's library does with a record that lacks a required header.
_UNREADABLE = (
    ArchiveLoadFailed,
    StatusAndHeadersParserException,
    AttributeError,
    TypeError,
    ValueError,
    EOFError,
    OSError,
    zlib.error,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRecord:
    """A record that could not be read."""

    #: Its number in the file, from 1, other types included.
    record: int
    #: Its target, empty if that could not be read either.
    url: str
    problem: str


def read_warc(stream: BinaryIO) -> Iterator[Capture | BadRecord]:
    """The visits of a file in its order; `stream` can be read twice from where it stands (a file, a BytesIO).

    A revisit is a capture without a payload: `revisit_profile` says which kind it is.
    """
    archive = ArchiveIterator(_plain(stream), check_digests=True)
    number, misfits = 0, 0
    while True:
        number += 1
        try:
            record = _next(archive)
        except _UNREADABLE as error:
            yield BadRecord(record=number, url="", problem=_sentence(error))
            return
        if archive.err_count > misfits:
            misfits = archive.err_count
            yield BadRecord(record=number - 1, url="", problem="its length does not fit its bytes")
        if record is None:
            return
        url = ""
        try:
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            if record.rec_type in ("response", "revisit") and url.startswith(("http://", "https://")):
                yield _capture(record, url)
        except _UNREADABLE as error:
            yield BadRecord(record=number, url=url, problem=_sentence(error))
            if isinstance(error, _BrokenOff):
                return


def revisit_profile(capture: Capture) -> Profile | None:
    """Which revisit a capture from a WARC file is; None for a response."""
    if capture.header("warc-type") != "revisit":
        return None
    name = capture.header("warc-profile").rstrip("/").rpartition("/")[2]
    return _PROFILES.get(name, Profile.IDENTICAL_PAYLOAD_DIGEST)


def _next(archive: Any) -> Any | None:
    """The next record, None after the last."""
    # The library prints its complaints; here they are records of their own.
    with redirect_stderr(StringIO()):
        return next(archive.the_iter, None)


class _BrokenOff(OSError):
    """The file itself ends too early; nothing can be read after that."""


class _Unzipped:
    """A compressed file as the plain one. Reading goes through here, so that a file that breaks off says so.

    Left to itself the library takes a compressed file that breaks off for one that ends.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._file = gzip.GzipFile(fileobj=stream)

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read1(size)  # what came before the break must not be lost with it
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _BrokenOff("the compressed file breaks off or is damaged") from error


def _plain(stream: BinaryIO) -> BinaryIO | _Unzipped:
    start = stream.tell()
    compressed = stream.read(len(_GZIP)) == _GZIP
    stream.seek(start)
    return _Unzipped(stream) if compressed else stream


def _capture(record: Any, url: str) -> Capture:
    stored = record.rec_headers
    if record.rec_type == "response" and record.http_headers is None:
        raise ValueError("no HTTP headers")
    http = record.http_headers
    unchanged = (stored.get_header("WARC-Profile") or "").rstrip("/").endswith(Profile.SERVER_NOT_MODIFIED)
    status = int(http.get_statuscode()) if http is not None else (304 if unchanged else 200)
    headers = tuple((name.lower(), value) for name, value in http.headers) if http is not None else ()
    told = tuple((name.lower(), value) for name in _KEPT if (value := stored.get_header(name)))
    payload, trouble, detail = b"", None, ""
    if record.rec_type == "response":
        payload, trouble, detail = _payload(record)
        if not trouble and (reason := stored.get_header("WARC-Truncated")):
            trouble, detail = Trouble.CUT_SHORT, f"cut when it was archived ({reason})"
    return Capture(
        url=url,
        final_url=url,
        captured_at=_time(stored.get_header("WARC-Date")),
        status=status,
        headers=headers + told,
        payload=payload,
        trouble=trouble,
        detail=detail,
    )


def _payload(record: Any) -> tuple[bytes, Trouble | None, str]:
    """The body without transfer and content coding, and what is wrong with it."""
    http = record.http_headers
    raw = record.raw_stream
    chunked = (http.get_header("Transfer-Encoding") or "").strip().lower() == "chunked"
    body = (ChunkedDataReader(raw) if chunked else raw).read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        return b"", Trouble.TOO_LARGE, f"more than {MAX_BYTES // 2**20} MiB"
    raw.read()  # the terminator of the chunks, so that the digest is over the whole block
    if getattr(raw, "limit", 0) > 0:
        raise ValueError("the file ends before the record does")
    if any("block" in problem for problem in record.digest_checker.problems):
        raise ValueError("its block digest does not fit its bytes")
    codings = [coding.strip().lower() for coding in (http.get_header("Content-Encoding") or "").split(",")]
    try:
        return decode_content(*_decoded_by_archive(body, codings)), None, ""
    except Undecodable as broken:
        return b"", broken.trouble, broken.detail


def _decoded_by_archive(body: bytes, codings: list[str]) -> tuple[bytes, list[str]]:
    """A body and the codings that are still on it: some archives undo them and keep the header."""
    if codings and codings[-1] in ("gzip", "x-gzip") and not body.startswith(_GZIP):
        return body, []
    if codings and codings[-1] == "br" and "br" in BufferedReader.get_supported_decompressors():
        return BufferedReader(BytesIO(body), decomp_type="br").read(MAX_BYTES + 1), codings[:-1]
    return body, codings


def _time(text: str | None) -> datetime:
    """A WARC-Date, which is UTC in the W3C profile of ISO 8601."""
    if not text:
        raise ValueError("no WARC-Date")
    at = datetime.fromisoformat(text.strip())
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def _sentence(error: Exception) -> str:
    """The first line of a library's message: some bring a page of advice."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if isinstance(error, AttributeError | TypeError) or not lines:
        return "a header that every record must have is missing"
    return lines[0]
