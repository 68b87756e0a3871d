"""Payloads: stored once under their digest, verified when they are read."""

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from storage.errors import BlobDamaged, NotFound
from storage.records import Digest
from storage.store import Store
from tests.builders import digest
from tests.contract.conftest import OpenStore

KILLED = 9


def raw_url(store: Store) -> str:
    return store.database.engine.url.render_as_string(hide_password=False)


def damage(store: Store, statement: str, **values: object) -> None:
    """Change what is stored behind the store's back."""
    with store.blobs._database.write() as connection:
        connection.execute(text(statement), values)


def in_a_child(store: Store, code: str) -> "subprocess.Popen[bytes]":
    """Run code with the same store, open as `store`, in another process."""
    lines = f"import os\nfrom storage.store import Store\nwith Store.open({raw_url(store)!r}) as store:\n    {code}\n"
    return subprocess.Popen([sys.executable, "-c", lines], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": "."})


def test_a_payload_comes_back_byte_for_byte(store: Store) -> None:
    payload = "<p>鲁西新区</p>\x00".encode("gb18030") * 100
    stored = store.blobs.put(payload)
    assert stored.startswith("sha256:")
    assert store.blobs.get(stored) == payload
    assert store.blobs.has(stored)


@settings(max_examples=20)
@given(payload=st.binary(max_size=4096))
def test_any_bytes_come_back(open_store: OpenStore, payload: bytes) -> None:
    with open_store() as store:
        assert store.blobs.get(store.blobs.put(payload)) == payload


def test_a_payload_is_stored_once_and_compressed(store: Store) -> None:
    payload = b"<p>words</p>" * 1000
    assert store.blobs.size() == (0, 0, 0)
    assert store.blobs.put(payload) == store.blobs.put(payload)
    count, raw, stored = store.blobs.size()
    assert (count, raw) == (1, len(payload))
    assert 0 < stored < raw / 10


def test_digests_come_in_order_however_many(store: Store) -> None:
    stored = {store.blobs.put(str(number).encode()) for number in range(20)}
    assert list(store.blobs.digests()) == sorted(stored)
    assert store.connections_in_use() == 0


def test_digests_are_read_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = {store.blobs.put(str(number).encode()) for number in range(7)}
    for size in (1, 3, 7, 100):
        monkeypatch.setattr("storage.blobs._PAGE", size)
        assert list(store.blobs.digests()) == sorted(stored)


def test_a_digest_without_a_payload_is_not_found(store: Store) -> None:
    assert not store.blobs.has(digest("nothing"))
    with pytest.raises(NotFound, match="no payload sha256:"):
        store.blobs.get(digest("nothing"))
    store.blobs.erase(digest("nothing"))


def test_other_bytes_under_a_digest_are_noticed(store: Store) -> None:
    first, second = store.blobs.put(b"first"), store.blobs.put(b"other")
    damage(
        store,
        "UPDATE blobs SET data = (SELECT data FROM blobs WHERE digest = :other) WHERE digest = :digest",
        other=second,
        digest=first,
    )
    with pytest.raises(BlobDamaged, match="its bytes have another digest"):
        store.blobs.get(first)


@pytest.mark.parametrize(
    ("data", "problem"),
    [(b"", "cannot be decompressed"), (b"\x28\xb5\x2f\xfd\x20\xff", "length is another"), (b"x" * 50, "decompressed")],
)
def test_bytes_that_are_no_longer_zstd_are_noticed(store: Store, data: bytes, problem: str) -> None:
    stored = store.blobs.put(b"first")
    damage(store, "UPDATE blobs SET data = :data WHERE digest = :digest", data=data, digest=stored)
    with pytest.raises(BlobDamaged, match=problem):
        store.blobs.get(stored)


def test_a_digest_must_look_like_one(store: Store) -> None:
    from storage.errors import DatabaseError

    store.blobs.put(b"first")
    with pytest.raises(DatabaseError, match="ck_blobs_digest"):
        damage(store, "UPDATE blobs SET digest = 'md5:1'")


def test_several_processes_may_store_the_same_payloads(store: Store) -> None:
    code = "[store.blobs.put(str(number).encode() * 1000) for number in range(50)]"
    children = [in_a_child(store, code) for _ in range(3)]
    for child in children:
        child.communicate()
        assert child.returncode == 0
    assert store.blobs.size()[0] == 50


def test_a_process_killed_between_payload_and_row_leaves_only_a_payload_that_nobody_refers_to(store: Store) -> None:
    child = in_a_child(store, "print(store.blobs.put(b'page'), flush=True); os.kill(os.getpid(), 9)")
    written, _ = child.communicate()
    assert child.returncode == -KILLED
    stored = Digest(written.decode().strip())
    assert store.blobs.get(stored) == b"page"
    (finding,) = store.check()
    assert (finding.kind, finding.subject) == ("unreferenced-payload", stored)
