"""An archive that is moved arrives whole and unchanged, from every database to every other."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Executable, delete, insert, update
from sqlalchemy.engine import make_url

from storage.backup import transfer
from storage.backup.archive import TABLES
from storage.backup.moving import move
from storage.backup.transfer import tally
from storage.columns import blob_metadata, metadata
from storage.errors import BlobDamaged, DatabaseError, UsageError
from storage.records import ArticleId, Takedown
from storage.schema import alarms, articles, blobs, robots_files, runs, sources
from storage.store import Store
from tests.archives import WORDS, archive_of, fill, ignored, tally_of, url_of
from tests.builders import NOW, World, later, seed
from tests.postgres import Server
from tests.quxun.stories import extraction


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database in which there is nothing yet, not even tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/别处 的/quxun.db"
        return
    server: Server = request.getfixturevalue("postgres_server")
    with server.empty() as url:
        yield url


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> Iterator[str]:
    """The same on the other kind of database, for what a way between equal ones would show as well."""
    if not store.database.is_sqlite:
        yield f"sqlite:///{tmp_path}/别处 的/quxun.db"
        return
    server: Server = request.getfixturevalue("postgres_server")
    with server.empty() as url:
        yield url


def moved(store: Store, target: str) -> None:
    with archive_of(store) as archive:
        move(archive, target, now=NOW, watch=ignored)


def test_every_row_of_every_table_arrives_as_it_was(store: Store, target: str) -> None:
    fill(store)
    sent = tally_of(store)
    moved(store, target)
    with Store.open(target) as arrived:
        assert tally_of(arrived) == sent
        assert arrived.articles.get(ArticleId(1)) == store.articles.get(ArticleId(1))
        assert arrived.articles.get(ArticleId(1)).extraction.text == WORDS
        assert arrived.sources.list() == store.sources.list()
        assert list(arrived.check()) == list(store.check())
    assert tally_of(store) == sent
    assert store.connections_in_use() == 0


def test_what_older_rules_had_read_arrives_too(store: Store, elsewhere: str) -> None:
    fill(store)
    [old] = store.readings.of_article(ArticleId(1), "html/2")
    new = old.anew(replace(old.extraction, extractor="html/2", text="别的。"), old.content_digest, old.relevance)
    assert store.readings.put(ArticleId(1), [new], "html/2", NOW).changed
    moved(store, elsewhere)
    with Store.open(elsewhere) as arrived:
        past = arrived.readings.history(ArticleId(1))
        assert [(each.extractor, each.superseded_at) for each in past] == [("html/1", NOW), ("html/2", None)]
        assert arrived.articles.get(ArticleId(1)).extraction.text == "别的。"


def test_every_table_of_the_schema_is_copied() -> None:
    assert set(TABLES) == {*metadata.tables.values(), *blob_metadata.tables.values()}


def test_new_rows_get_numbers_that_were_never_given(store: Store, elsewhere: str) -> None:
    world = fill(store)
    last_run = world.another_run().id
    with store.database.write() as connection:
        connection.execute(delete(runs).where(runs.c.id == last_run))
        connection.execute(delete(alarms))
    moved(store, elsewhere)
    with Store.open(elsewhere) as arrived:
        assert arrived.runs.queue(world.source.id, "crawl", NOW).id == last_run + 1
        assert arrived.sources.add_listing(world.source.id, seed("another")).id == 91
        with arrived.database.write() as connection:
            words = dict.fromkeys(("key", "kind", "headline", "detail"), "")
            alarm = insert(alarms).returning(alarms.c.id).values(count=1, opened_at=NOW, last_seen_at=NOW, **words)
            assert connection.execute(alarm).scalar_one() == 4


@pytest.mark.parametrize(
    "change",
    [
        update(articles).where(articles.c.id == 1).values(first_seen_at=later(microseconds=1)),
        update(sources).values(note="别的"),
        update(alarms).where(alarms.c.id == 1).values(closed_at=later(hours=3)),
        update(blobs).values(data=b"x"),
        delete(robots_files),
    ],
)
def test_archives_that_differ_in_anything_have_other_tallies(store: Store, change: Executable) -> None:
    fill(store)
    before = tally_of(store)
    with archive_of(store) as archive:
        database = archive.payloads if "blobs" in str(change) else archive.rows
        with database.write() as connection:
            connection.execute(change)
    assert tally_of(store) != before


def test_what_arrives_damaged_is_not_kept(store: Store, elsewhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store)
    digest, seen = transfer._digest, itertools.count()
    monkeypatch.setattr(transfer, "_digest", lambda row: digest(row) + next(seen))  # another one each time it is read
    with pytest.raises(DatabaseError, match=r"gives back other rows of .* nothing is kept"):
        moved(store, elsewhere)
    monkeypatch.undo()
    moved(store, elsewhere)


def test_a_payload_that_was_damaged_before_is_named_and_moved_as_it_is(store: Store, elsewhere: str) -> None:
    fill(store)
    digest = next(store.blobs.digests())
    with archive_of(store) as archive, archive.payloads.write() as connection:
        connection.execute(update(blobs).where(blobs.c.digest == digest).values(data=b"no zstandard"))
    with archive_of(store) as archive:
        assert move(archive, elsewhere, now=NOW, watch=ignored).damaged == [digest]
    with Store.open(elsewhere) as arrived, pytest.raises(BlobDamaged):
        arrived.blobs.get(digest)


def test_a_database_that_holds_something_is_left_as_it_is(store: Store, elsewhere: str) -> None:
    fill(store)
    with Store.open(elsewhere, migrate=True) as other:
        World(other, "another")
        before = tally_of(other)
    with pytest.raises(DatabaseError, match=r"1 sources.* give"):
        moved(store, elsewhere)
    with Store.open(elsewhere) as other:
        assert tally_of(other) == before


def test_a_database_with_tables_and_no_rows_is_empty(store: Store, elsewhere: str) -> None:
    fill(store)
    Store.open(elsewhere, migrate=True).close()
    moved(store, elsewhere)
    with Store.open(elsewhere) as arrived:
        assert tally_of(arrived) == tally_of(store)


def test_nobody_can_write_to_an_archive_while_it_is_moved(store: Store) -> None:
    world = fill(store)
    with Store.open(url_of(store), busy_timeout_s=0.2) as impatient:
        with archive_of(store) as archive, archive.locked():
            with pytest.raises(DatabaseError, match="is locked"):
                impatient.runs.queue(world.source.id, "crawl", NOW)
            assert impatient.sources.list()
        impatient.runs.queue(world.source.id, "crawl", NOW)


def test_an_archive_to_which_somebody_writes_is_not_moved(store: Store, elsewhere: str) -> None:
    world = fill(store)
    with store.database.write() as connection:
        connection.execute(update(sources).where(sources.c.id == world.source.id).values(note="half"))
        with pytest.raises(DatabaseError, match="is locked"):
            moved(store, elsewhere)
    moved(store, elsewhere)


def test_a_reading_of_an_archive_shows_one_moment_while_others_write(store: Store) -> None:
    press = fill(store)
    with archive_of(store) as archive:
        with archive.held_still() as ends:
            before = tally(ends, ignored)
            press.publish("7", extraction(title="后来的"))
            store.articles.takedown(ArticleId(2), Takedown.CANCELED, "erased", NOW)
            assert tally(ends, ignored) == before
        with archive.held_still() as ends:
            assert tally(ends, ignored) != before


def test_a_reading_of_two_files_begins_only_when_nobody_is_writing(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/quxun.db") as store, archive_of(store) as archive:
        with store.database.write(), pytest.raises(DatabaseError, match="is locked"), archive.held_still():
            pass
        with archive.held_still():
            World(store)  # and after that everybody may


@pytest.mark.postgres
def test_tables_of_others_in_the_same_database_are_left_alone(store: Store, postgres_server: Server) -> None:
    fill(store)
    with postgres_server.empty() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE procrastinate_jobs (id bigserial PRIMARY KEY, args jsonb)")
            connection.execute("INSERT INTO procrastinate_jobs (args) VALUES ('{}')")
        moved(store, url)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (1,)
        with Store.open(url) as arrived:
            assert tally_of(arrived) == tally_of(store)


def test_another_file_in_the_same_folder_is_refused_because_of_its_payloads(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/quxun.db") as store:
        fill(store)
        with pytest.raises(UsageError, match="each archive needs one of its own"):
            moved(store, f"sqlite:///{tmp_path}/copy.db")
        with pytest.raises(UsageError, match="each archive needs one of its own"):
            moved(store, f"sqlite:///{tmp_path}/quxun.db")
        assert not (tmp_path / "copy.db").exists()


def test_payloads_of_another_archive_are_not_written_over(store: Store, tmp_path: Path) -> None:
    fill(store)
    with Store.open(f"sqlite:///{tmp_path}/other.db") as other:
        digest = other.blobs.put(b"somebody else's")
    with pytest.raises(DatabaseError, match="holds 1 payloads of another archive"):
        moved(store, f"sqlite:///{tmp_path}/quxun.db")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(("quxun", "."))) == []
    with Store.open(f"sqlite:///{tmp_path}/other.db") as other:
        assert other.blobs.get(digest) == b"somebody else's"


def test_a_server_that_cannot_be_reached_is_a_sentence(store: Store) -> None:
    fill(store)
    with pytest.raises(DatabaseError, match="is unreachable"):
        moved(store, "postgresql://nobody:secret@127.0.0.1:1/nothing")


@pytest.mark.postgres
def test_a_user_who_may_not_make_tables_is_told_so(store: Store, postgres_server: Server) -> None:
    fill(store)
    with postgres_server.empty() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP ROLE IF EXISTS reader")
            connection.execute("CREATE ROLE reader LOGIN")
        as_reader = make_url(url).set(username="reader").render_as_string(hide_password=False)
        with pytest.raises(DatabaseError, match="lacks a permission"):
            moved(store, as_reader)
