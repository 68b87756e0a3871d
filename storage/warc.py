"""Write snapshots as a WARC file (WARC 1.1, ISO 28500:2017): the one place that knows how warcio writes.

A payload is stored without its content coding, so the headers of a `response` record say what the bytes
in it are, and keep what the server said of its coding under `x-archive-orig-…`. A snapshot that did not
come over HTTP (an import) is a `resource` record. Records have the same ids in every export.
"""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import BinaryIO
from urllib.parse import quote

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.records import Profile, Snapshot

_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
#: Headers that describe the body as it travelled and not as it is stored.
_OF_TRANSFER = ("content-encoding", "transfer-encoding", "content-length")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_PLAIN = re.compile(r"[^ -~]")
#: The name space of our record ids (RFC 9562 §5.5).
_IDS = uuid.uuid5(uuid.NAMESPACE_DNS, "quxun.invalid")


class ArchiveWriter:
    """Writes snapshots to a stream; the caller opens and closes it."""

    def __init__(self, stream: BinaryIO, *, compress: bool, software: str, now: datetime) -> None:
        self._writer = WARCWriter(stream, gzip=compress, warc_version="1.1")
        record = self._writer.create_warcinfo_record("", {"software": software, "format": "WARC File Format 1.1"})
        record.rec_headers.replace_header("WARC-Date", _date(now))
        self._writer.write_record(record)

    def response(self, snapshot: Snapshot, payload: bytes) -> None:
        """Write a snapshot that has a payload of its own."""
        told = _headers(snapshot)
        if snapshot.payload_digest:
            told["WARC-Payload-Digest"] = snapshot.payload_digest
        if not snapshot.status:
            self._write("resource", snapshot, told | {"Content-Type": _content_type(snapshot)}, payload, None)
            return
        http = _http(snapshot, length=len(payload))
        self._write("response", snapshot, told, payload, http)

    def revisit(self, snapshot: Snapshot, original: Snapshot) -> None:
        """Write a snapshot that found nothing changed since `original`, the one that has the payload."""
        profile = snapshot.profile or Profile.IDENTICAL_PAYLOAD_DIGEST
        told = _headers(snapshot) | {
            "WARC-Profile": _PROFILE + profile.value,
            "WARC-Refers-To": _record_id(original),
            "WARC-Refers-To-Target-URI": _target(original.url),
            "WARC-Refers-To-Date": _date(original.captured_at),
        }
        if original.payload_digest:
            told["WARC-Payload-Digest"] = original.payload_digest
        self._write("revisit", snapshot, told, b"", _http(snapshot, length=None))

    def _write(
        self, kind: str, snapshot: Snapshot, told: Mapping[str, str], payload: bytes, http: StatusAndHeaders | None
    ) -> None:
        record = self._writer.create_warc_record(
            _target(snapshot.url),
            kind,
            payload=BytesIO(payload),
            length=len(payload),
            warc_headers_dict=dict(told),
            http_headers=http,
        )
        self._writer.write_record(record)


def _headers(snapshot: Snapshot) -> dict[str, str]:
    return {"WARC-Record-ID": _record_id(snapshot), "WARC-Date": _date(snapshot.captured_at)}


def _http(snapshot: Snapshot, length: int | None) -> StatusAndHeaders:
    """The answer's own headers, fitted to the bytes in the record (`length`; None where there are none)."""
    lines = []
    for name, value in snapshot.headers:
        if not _TOKEN.fullmatch(name):
            continue
        known = f"x-archive-orig-{name}" if name.lower() in _OF_TRANSFER else name
        lines.append((known, _NOT_PLAIN.sub(_escaped, value)))
    if length is not None:
        lines.append(("content-length", str(length)))
    return StatusAndHeaders(_status_line(snapshot.status), lines, protocol="HTTP/1.1")


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} -"


def _content_type(snapshot: Snapshot) -> str:
    return next((value for name, value in snapshot.headers if name == "content-type"), "application/octet-stream")


def _target(url: str) -> str:
    """A URI: the key of a text without one becomes a name of ours."""
    if url.startswith(("http://", "https://")):
        return _NOT_PLAIN.sub(_escaped, url)
    return "urn:quxun:" + quote(url, safe=":/")


def _escaped(match: re.Match[str]) -> str:
    # A line end in a header would begin another header.
    return "" if match[0] < " " or match[0] == "\x7f" else quote(match[0], errors="replace")


def _record_id(snapshot: Snapshot) -> str:
    return f"<urn:uuid:{uuid.uuid5(_IDS, f'{snapshot.url} {_date(snapshot.captured_at)} {snapshot.id}')}>"


def _date(when: datetime) -> str:
    """WARC 1.1 §5.4: the W3C profile of ISO 8601, in UTC, here to the microsecond."""
    return when.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
