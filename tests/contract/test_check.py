"""`check`: finds each kind of damage, and nothing where there is none."""

import os
import socket
import subprocess
import sys

import pytest
from sqlalchemy import text

from storage.records import ArticleId
from storage.store import Store
from tests.builders import NOW, World, entries_seen, later, new_article, reading, revisit, seed


def stored(world: World, words: str = "甲", name: str = "1") -> None:
    page = reading(words)
    digest = world.store.blobs.put(words.encode())
    world.visit(
        new_article(
            name,
            reading=type(page)(payload_digest=digest, content_digest=page.content_digest, extraction=page.extraction),
        )
    )


def damage(store: Store, *statements: str) -> None:
    """Change what is stored behind the store's back."""
    with store.database.write() as connection:
        for statement in statements:
            connection.execute(text(statement))


def kinds(store: Store) -> list[tuple[str, str]]:
    return sorted((finding.kind, finding.subject) for finding in store.check())


def test_a_sound_store_has_no_findings(world: World) -> None:
    world.record(entries_seen(world.listing.id, "1", "2"))
    stored(world)
    stored(world, "乙", "2")
    world.visit(revisit(world.known(), later(hours=1)))
    world.store.sources.add_listing(world.source.id, seed("child"), world.listing.id)
    world.store.runs.start(world.run.id, NOW, os.getpid(), socket.gethostname(), "")
    assert list(world.store.check()) == []
    assert world.store.connections_in_use() == 0


def test_damaged_payloads_are_found(world: World) -> None:
    stored(world)
    digest = next(world.store.blobs.digests())
    with world.store.blobs._database.write() as connection:
        connection.execute(text("UPDATE blobs SET data = :data"), {"data": b"nothing"})
    assert kinds(world.store) == [("damaged-payload", digest)]


def test_lost_payloads_are_found(world: World) -> None:
    stored(world)
    world.store.blobs.erase(next(world.store.blobs.digests()))
    assert kinds(world.store) == [("missing-payload", "snapshot 1")]


def test_lost_extractions_are_found(world: World) -> None:
    stored(world)
    damage(world.store, "DELETE FROM extractions")
    assert kinds(world.store) == [("missing-extraction", "snapshot 1")]


def test_articles_that_lost_their_snapshots_are_found(world: World) -> None:
    world.record(new_article())
    damage(world.store, "DELETE FROM extractions", "DELETE FROM snapshots")
    assert kinds(world.store) == [("article-without-snapshots", "article 1")]
    assert world.store.articles.get(ArticleId(1)).revision == 0


def test_runs_whose_process_is_gone_are_found(world: World) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    world.store.runs.start(world.run.id, NOW, child.pid, socket.gethostname(), "")
    elsewhere = world.another_run()
    world.store.runs.start(elsewhere.id, NOW, child.pid, "another-machine", "")
    assert kinds(world.store) == [("dead-run", f"run {world.run.id}")]


def test_a_large_store_is_checked_in_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.record(*[new_article(str(number), words=str(number)) for number in range(5)])
    world.store.blobs.put(b"nobody's")
    expected = kinds(world.store)
    assert len(expected) == 6
    for size in (1, 2, 5):
        monkeypatch.setattr("storage.check._PAGE", size)
        assert kinds(world.store) == expected
