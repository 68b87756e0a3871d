"""`quxun restore`: what was backed up comes back, and the old archive is in place or the new one."""

import hashlib
import itertools
import json
import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup import placing
from storage.backup.sqlite_files import flush
from storage.backup.transfer import Tally
from storage.errors import QuxunError
from storage.records import ArticleId, ProcessRole, RunStatus, Takedown
from storage.store import Store
from tests.apart import apart, calls_of
from tests.archives import tally_of
from tests.builders import NOW
from tests.quxun.backups import FILES, backed_up, contents, exported, installed, names, opened, refused
from tests.quxun.conftest import Quxun
from tests.quxun.stories import Press, extraction
from tests.storage.test_upgrade import first_schema


@pytest.fixture
def press(store: Store) -> Press:
    return Press(store)


@pytest.fixture
def old_and_new(quxun: Quxun, press: Press, home: Path, tmp_path: Path) -> tuple[Tally, Path]:
    """An installation with an archive, and a backup of a newer one, from which one article has gone meanwhile."""
    press.publish("1")
    press.publish("2", extraction(title="撤下的"))
    press.store.close()
    old = shutil.copytree(home, tmp_path / "old")
    press.store.articles.takedown(ArticleId(2), Takedown.CANCELED, "asked for", NOW)
    press.publish("3", extraction(title="新的"))
    backup = backed_up(quxun, tmp_path / "b")
    press.store.close()
    shutil.rmtree(home)
    old.rename(home)
    with opened(home) as store:
        return tally_of(store), backup


def test_what_is_restored_is_what_was_backed_up(quxun: Quxun, press: Press, home: Path, tmp_path: Path) -> None:
    press.publish("1")
    press.publish("2", extraction(title="第二条"))
    before, counts = exported(quxun), tally_of(press.store)
    press.store.close()
    backup = backed_up(quxun, tmp_path / "备份 一")
    files = contents(backup)
    shutil.rmtree(home)
    said = quxun("restore", backup)
    assert re.fullmatch(r"Restored as of .* UTC: 1 sources, 2 articles, 2 snapshots, 2 payloads, verified\n", said.out)
    assert exported(quxun) == before
    quxun("check")
    with opened(home) as store:
        assert tally_of(store).counts == counts.counts
    assert contents(backup) == files


def test_an_archive_is_replaced_only_if_that_is_asked_for_and_then_it_is_kept(
    quxun: Quxun, old_and_new: tuple[Tally, Path], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, backup = old_and_new
    before = exported(quxun)
    refused = quxun("restore", backup, status=1)
    assert "holds something already: 1 sources, 2 articles" in refused.err
    assert "--replace" in refused.err
    with opened(home) as store:
        assert tally_of(store) == old
    said = quxun("restore", backup, "--replace", "--json").object
    assert "新的" in exported(quxun)
    quxun("check")
    kept = Path(said["kept"])
    assert str(kept).startswith(str(home / "before-restore-2"))
    assert names(kept) == ["blobs.db", "quxun.db"]
    with installed(kept, monkeypatch):
        assert exported(quxun) == before
        quxun("check")
    assert [name for name in names(home) if name.startswith(".")] == []


def test_a_restore_that_is_killed_leaves_the_old_archive_or_the_new_one(
    quxun: Quxun, old_and_new: tuple[Tally, Path], home: Path, tmp_path: Path
) -> None:
    _, backup = old_and_new
    template = shutil.copytree(home, tmp_path / "template")
    old = exported(quxun)
    calls = calls_of("restore", backup, "--replace")
    new = exported(quxun)
    ended = set()
    # Most of what could go wrong is at the end, where files are put in place.
    moments = [random.randrange(calls // 2), *(random.randrange(calls * 9 // 10, calls) for _ in range(4))]
    for count in moments:
        shutil.rmtree(home)
        shutil.copytree(template, home)
        assert apart("restore", backup, "--replace", die_at=count).killed
        found = exported(quxun)
        ended.add(found)
        with opened(home) as store:
            assert {each.kind for each in store.check()} <= {"unreferenced-payload"}, f"killed at {count}"
        quxun("restore", backup, "--replace")
        assert exported(quxun) == new
        quxun("check")
        assert [name for name in names(home) if name.startswith(".")] == []
    assert ended <= {old, new}


@pytest.mark.parametrize("placed", [1, 2])
def test_between_the_two_renames_every_row_that_is_there_has_its_payload(
    quxun: Quxun, old_and_new: tuple[Tally, Path], home: Path, monkeypatch: pytest.MonkeyPatch, placed: int
) -> None:
    _, backup = old_and_new
    before = exported(quxun)
    renamed = itertools.count(1)

    def failing(path: Path) -> None:
        if path == home and next(renamed) == placed:
            raise QuxunError("the disk is gone")
        flush(path)

    with monkeypatch.context() as patch:
        patch.setattr(placing, "flush", failing)
        assert "the disk is gone" in quxun("restore", backup, "--replace", status=1).err
    with opened(home) as store:
        assert {each.kind for each in store.check()} == {"unreferenced-payload"}
    assert (exported(quxun) == before) == (placed == 1)
    assert len([*home.glob("before-restore-*")]) == placed - 1
    assert [name for name in names(home) if name.startswith(".")] == []


def test_a_first_restore_that_is_killed_can_be_made_again(
    quxun: Quxun, old_and_new: tuple[Tally, Path], home: Path
) -> None:
    _, backup = old_and_new
    shutil.rmtree(home)
    calls = calls_of("restore", backup)
    for count in (calls // 2, *(random.randrange(calls * 9 // 10, calls) for _ in range(3))):
        shutil.rmtree(home)
        assert apart("restore", backup, die_at=count).killed
        if not (home / "quxun.db").exists():
            quxun("restore", backup)
        quxun("check")
        assert "新的" in exported(quxun)


def test_one_byte_changed_anywhere_is_noticed_before_anything_is_touched(
    quxun: Quxun, old_and_new: tuple[Tally, Path], home: Path, tmp_path: Path
) -> None:
    old, backup = old_and_new
    for name in ("quxun.db", "blobs.db"):
        for _ in range(4):
            bad = shutil.copytree(backup, tmp_path / "bad", dirs_exist_ok=True)
            data = bytearray((bad / name).read_bytes())
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
            (bad / name).write_bytes(data)
            said = quxun("restore", bad, "--replace", status=1)
            assert f"{bad / name}: is damaged: its sha256 is not the one" in said.err
    with opened(home) as store:
        assert tally_of(store) == old


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "is not a backup: it has no manifest.json"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "is not the manifest of a backup"),
        (lambda folder: (folder / "manifest.json").write_text("[]"), "is not the manifest of a backup"),
        (lambda folder: (folder / "manifest.json").write_bytes(b"\xff\xfe"), "is not the manifest of a backup"),
        (lambda folder: edit(folder, form="another/1"), "is not the manifest of a backup"),
        (lambda folder: edit(folder, files={}), "is not the manifest of a backup"),
        (lambda folder: edit(folder, counts={"articles": 7}), "says 7 rows of articles, but there are 3"),
        (lambda folder: edit(folder, schema="0001"), "has rows of another schema than its manifest says"),
        (lambda folder: edit(folder, schema="9999"), "is newer (schema 9999) than this Quxun"),
        (lambda folder: (folder / "blobs.db").unlink(), "No such file"),
        (shutil.rmtree, "is not a backup"),
    ],
)
def test_a_folder_that_is_not_a_whole_backup_is_refused(
    quxun: Quxun,
    old_and_new: tuple[Tally, Path],
    home: Path,
    spoil: Callable[[Path], object],
    told: str,
) -> None:
    old, backup = old_and_new
    spoil(backup)
    assert told in quxun("restore", backup, "--replace", status=1).err
    with opened(home) as store:
        assert tally_of(store) == old


def edit(folder: Path, **values: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_a_payload_that_was_changed_together_with_its_manifest_is_found(
    quxun: Quxun, old_and_new: tuple[Tally, Path]
) -> None:
    _, backup = old_and_new
    with closing(sqlite3.connect(backup / "blobs.db")) as connection, connection:
        connection.execute("UPDATE blobs SET data = x'28b52ffd0000'")
    data = (backup / "blobs.db").read_bytes()
    files = json.loads((backup / "manifest.json").read_text())["files"]
    files["blobs.db"] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    edit(backup, files=files)
    assert "payloads are not what they were" in quxun("restore", backup, "--replace", status=1).err


def test_a_link_to_a_backup_is_as_good_as_the_backup(
    quxun: Quxun, old_and_new: tuple[Tally, Path], home: Path, tmp_path: Path
) -> None:
    _, backup = old_and_new
    (tmp_path / "latest").symlink_to(backup)
    quxun("restore", tmp_path / "latest", "--replace")
    assert "新的" in exported(quxun)
    assert not (home / "quxun.db").is_symlink()
    assert names(backup) == FILES


@pytest.mark.parametrize("damage", ["no database", "torn", "empty"])
def test_a_backup_is_put_in_the_place_of_a_damaged_archive(
    quxun: Quxun, old_and_new: tuple[Tally, Path], home: Path, damage: str
) -> None:
    _, backup = old_and_new
    for name in ("quxun.db", "blobs.db"):
        match damage:
            case "no database":
                (home / name).write_bytes(b"not a database at all" * 100)
                (home / f"{name}-wal").write_bytes(b"left over")
            case "torn":
                (home / name).write_bytes((home / name).read_bytes()[: 3 * 4096 + 100])
            case _:
                (home / name).write_bytes(b"")
    quxun("restore", backup, "--replace")
    assert "新的" in exported(quxun)
    quxun("check")
    [kept] = home.glob("before-restore-*")
    assert (kept / "quxun.db").exists()


def test_the_journal_of_a_lost_archive_is_not_taken_for_a_part_of_the_new_one(
    quxun: Quxun, old_and_new: tuple[Tally, Path], home: Path
) -> None:
    _, backup = old_and_new
    with opened(home) as store:
        Press(store, "another").publish("9", extraction(title="只在日志里"))
        journal = (home / "quxun.db-wal").read_bytes()
    (home / "quxun.db").unlink()
    (home / "quxun.db-wal").write_bytes(journal)
    quxun("restore", backup, "--replace")
    assert "新的" in exported(quxun)
    assert "只在日志里" not in exported(quxun)
    quxun("check")


def test_a_backup_of_an_older_schema_is_upgraded_on_the_way(quxun: Quxun, home: Path, tmp_path: Path) -> None:
    for name in ("quxun.db", "blobs.db"):
        (home / name).unlink()
    with first_schema(f"sqlite:///{home}/quxun.db") as database:
        assert database.is_sqlite
    with closing(sqlite3.connect(home / "blobs.db")) as connection:
        connection.execute("CREATE TABLE blobs (digest, codec, raw_bytes, data)")
    said = quxun("backup", tmp_path / "b", "--json").object
    assert said["schema"] == "0001"
    with closing(sqlite3.connect(home / "quxun.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    quxun("restore", tmp_path / "b", "--replace")
    with opened(home) as store:
        assert store.runs.list()[0].counters.new == 3
        assert list(store.check()) == []


def test_what_was_at_work_when_the_backup_was_made_is_closed(
    quxun: Quxun, press: Press, store: Store, home: Path, tmp_path: Path
) -> None:
    asked = press.run
    running = press.another_run()
    store.runs.start(running.id, NOW, 4711, "elsewhere", "")
    begun = store.runs.queue(press.source.id, "crawl", NOW, machine="elsewhere", pid=4711)
    store.processes.enter(ProcessRole.SCHEDULER, "elsewhere", 4711, "", 5, NOW)
    backup = backed_up(quxun, tmp_path / "b")
    store.close()
    quxun("restore", backup, "--replace")
    with opened(home) as restored:
        assert restored.runs.get(asked.id).status is RunStatus.QUEUED
        for each in (running, begun):
            closed = restored.runs.get(each.id)
            assert (closed.status, closed.reason[:15]) == (RunStatus.ABANDONED, "it was at work ")
        assert restored.processes.list() == []
        assert list(restored.check()) == []


def test_an_archive_that_another_process_has_open_is_not_replaced(
    quxun: Quxun, old_and_new: tuple[Tally, Path], home: Path
) -> None:
    old, backup = old_and_new
    with opened(home) as store:
        assert store.sources.list()
        assert "is in use: end what has it open" in refused("restore", backup, "--replace")
        assert tally_of(store) == old


def test_a_full_disk_while_restoring_leaves_the_old_archive(
    quxun: Quxun, old_and_new: tuple[Tally, Path], home: Path
) -> None:
    old, backup = old_and_new
    before = names(home)
    done = apart("restore", backup, "--replace", largest_file=60_000)
    assert done.status == 1
    assert re.fullmatch(r"quxun: .*(the disk is full|the disk reports an error)\n", done.said)
    assert set(names(home)) - {"service.lock"} == set(before) - {"service.lock"}
    with opened(home) as store:
        assert tally_of(store) == old
