"""Snapshots as records of a web archive: what a reader of WARC files needs, and nothing that breaks it."""

import gzip
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from storage.records import ArticleId, Profile, RunId, Snapshot, SnapshotId, SnapshotKind
from storage.warc import ArchiveWriter
from tests.builders import digest

NOW = datetime(2024, 5, 1, 4, 0, 0, 123456, tzinfo=UTC)
PAYLOAD = "<p>正文</p>".encode()


def snapshot(number: int = 1, **fields: Any) -> Snapshot:
    defaults: dict[str, Any] = {
        "id": SnapshotId(number),
        "article_id": ArticleId(1),
        "run_id": RunId(1),
        "url": "http://www.example.cn/1.html",
        "kind": SnapshotKind.RESPONSE,
        "profile": None,
        "refers_to": None,
        "status": 200,
        "headers": (("content-type", "text/html"),),
        "payload_digest": digest("<p>正文</p>"),
        "content_digest": digest("正文"),
        "captured_at": NOW,
        "recorded_at": NOW,
    }
    return Snapshot(**defaults | fields)


def written(*snapshots: Snapshot, compress: bool = False) -> bytes:
    stream = io.BytesIO()
    writer = ArchiveWriter(stream, compress=compress, software="Quxun/test", now=NOW)
    for each in snapshots:
        if each.kind is SnapshotKind.REVISIT:
            writer.revisit(each, snapshots[0])
        else:
            writer.response(each, PAYLOAD)
    return stream.getvalue()


def records(payload: bytes) -> list[Any]:
    found = []
    for record in ArchiveIterator(io.BytesIO(payload), check_digests="raise"):
        record.body = record.raw_stream.read()
        found.append(record)
    return found


def test_a_response_has_its_time_digest_and_body() -> None:
    info, record = records(written(snapshot()))
    assert info.rec_type == "warcinfo"
    assert b"software: Quxun/test" in info.body
    headers = record.rec_headers
    assert record.rec_type == "response"
    assert headers.get_header("WARC-Target-URI") == "http://www.example.cn/1.html"
    assert headers.get_header("WARC-Date") == "2024-05-01T04:00:00.123456Z"
    assert headers.get_header("WARC-Payload-Digest") == digest("<p>正文</p>")
    assert record.http_headers.get_statuscode() == "200"
    assert record.body == PAYLOAD


def test_headers_describe_the_bytes_in_the_record_and_keep_those_of_the_wire() -> None:
    wire = (("content-encoding", "gzip"), ("transfer-encoding", "chunked"), ("content-length", "7"), ("etag", '"1"'))
    _, record = records(written(snapshot(headers=wire)))
    http = record.http_headers
    assert http.get_header("content-encoding") is None
    assert http.get_header("transfer-encoding") is None
    assert http.get_header("content-length") == str(len(PAYLOAD))
    assert http.get_header("x-archive-orig-content-encoding") == "gzip"
    assert http.get_header("etag") == '"1"'


def test_a_header_cannot_begin_another_one() -> None:
    strange = (("x-a", "1\r\nx-evil: 1"), ("x b", "2"), ("x-c", "名字"))
    _, record = records(written(snapshot(headers=strange)))
    assert record.http_headers.get_header("x-evil") is None
    assert record.http_headers.get_header("x-a") == "1x-evil: 1"
    assert record.http_headers.get_header("x-c") == "%E5%90%8D%E5%AD%97"
    assert record.body == PAYLOAD


def test_a_revisit_names_what_it_found_unchanged() -> None:
    again = snapshot(
        2,
        kind=SnapshotKind.REVISIT,
        profile=Profile.SERVER_NOT_MODIFIED,
        refers_to=SnapshotId(1),
        status=304,
        payload_digest=None,
        captured_at=NOW + timedelta(hours=1),
    )
    _, original, record = records(written(snapshot(), again))
    headers = record.rec_headers
    assert headers.get_header("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert headers.get_header("WARC-Refers-To") == original.rec_headers.get_header("WARC-Record-ID")
    assert headers.get_header("WARC-Refers-To-Date") == original.rec_headers.get_header("WARC-Date")
    assert headers.get_header("WARC-Payload-Digest") == digest("<p>正文</p>")
    assert record.http_headers.get_statuscode() == "304"
    assert record.body == b""
    same = replace(again, profile=Profile.IDENTICAL_PAYLOAD_DIGEST, status=200)
    assert (
        records(written(snapshot(), same))[2]
        .rec_headers.get_header("WARC-Profile")
        .endswith("identical-payload-digest")
    )


def test_what_did_not_come_over_http_is_a_resource_under_a_name_of_ours() -> None:
    taken = snapshot(url="import:七", status=0, headers=(("content-type", "application/json"),))
    _, record = records(written(taken))
    assert record.rec_type == "resource"
    assert record.rec_headers.get_header("WARC-Target-URI") == "urn:quxun:import:%E4%B8%83"
    assert record.rec_headers.get_header("Content-Type") == "application/json"
    assert record.body == PAYLOAD


def test_every_record_is_compressed_alone_and_has_the_same_id_in_every_export() -> None:
    plain, packed = written(snapshot(), snapshot(2)), written(snapshot(), snapshot(2), compress=True)
    assert [record.rec_headers.get_header("WARC-Record-ID") for record in records(plain)][1:] == [
        record.rec_headers.get_header("WARC-Record-ID") for record in records(packed)
    ][1:]
    assert packed.count(b"\x1f\x8b\x08") == 3
    assert len(gzip.decompress(packed)) == len(plain)
