"""`quxun backup`: whole, verified, of one moment, and nothing is left behind when it fails."""

import json
import random
import re
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.backup import backups
from storage.backup.sqlite_files import compact
from storage.records import ArticleId, Takedown
from storage.schema import VERSIONS
from storage.store import Store
from tests.apart import apart, calls_of
from tests.archives import archive_of
from tests.builders import NOW
from tests.quxun.backups import FILES, backed_up, contents, exported, installed, names, noise, opened
from tests.quxun.conftest import Quxun
from tests.quxun.stories import Press, extraction


@pytest.fixture
def press(store: Store) -> Press:
    return Press(store)


def test_a_backup_is_two_databases_and_a_manifest(quxun: Quxun, press: Press, tmp_path: Path) -> None:
    press.publish("1")
    said = quxun("backup", tmp_path / "b")
    assert (
        said.out == f"{tmp_path}/b: 1 sources, 1 articles, 1 snapshots, 1 payloads, {_size(tmp_path / 'b')}, verified\n"
    )
    assert names(tmp_path / "b") == FILES
    manifest = json.loads((tmp_path / "b" / "manifest.json").read_text())
    assert (manifest["schema"], manifest["counts"]["articles"]) == (VERSIONS[-1], 1)
    assert manifest["files"]["quxun.db"]["bytes"] == (tmp_path / "b" / "quxun.db").stat().st_size


def _size(folder: Path) -> str:
    return f"{sum((folder / name).stat().st_size for name in ('quxun.db', 'blobs.db')) / 1000:.1f} KB"


def test_without_a_folder_it_goes_to_the_data_folder_under_the_time(quxun: Quxun, press: Press, home: Path) -> None:
    folder = Path(quxun("backup", "--json").object["folder"])
    assert folder.parent == home / "backups"
    assert len(folder.name) == len("2026-11-21T031500Z")
    assert names(folder.parent) == [folder.name]


def test_a_backup_used_as_a_data_folder_is_the_archive(
    quxun: Quxun, press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    press.publish("1")
    press.publish("2", extraction(title="第二条"))
    before = exported(quxun)
    folder = backed_up(quxun, tmp_path / "b")
    with installed(folder, monkeypatch):
        assert exported(quxun) == before
        quxun("check")


def test_a_payload_that_no_row_refers_to_stays_out(quxun: Quxun, press: Press, store: Store, tmp_path: Path) -> None:
    press.publish("1")
    store.blobs.put(b"a run has just stored this")
    with opened(backed_up(quxun, tmp_path / "b")) as copy:
        assert list(copy.check()) == []
        assert copy.blobs.size()[0] == 1


def test_what_was_erased_is_not_in_the_files_of_a_later_backup(
    quxun: Quxun, press: Press, store: Store, tmp_path: Path
) -> None:
    for number in range(30):
        press.publish(
            str(number), extraction(title=f"SECRET-{number}", text="SECRET words " * 200), payload=noise(number)
        )
    first = contents(backed_up(quxun, tmp_path / "first"))
    assert b"SECRET" in first["quxun.db"]
    for number in range(1, 31):
        store.articles.takedown(ArticleId(number), Takedown.CANCELED, "asked for", NOW)
    later = contents(backed_up(quxun, tmp_path / "later"))
    assert b"SECRET" not in later["quxun.db"]
    assert len(later["blobs.db"]) < len(first["blobs.db"])


def test_every_backup_shows_one_moment_while_a_crawl_goes_on(quxun: Quxun, press: Press, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            press.publish(str(number), extraction(title=f"第{number}条"), payload=noise(number))
            if number % 5 == 0:
                press.store.articles.takedown(ArticleId(number), Takedown.CANCELED, "asked for", NOW)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = [quxun("backup", tmp_path / str(number), "--json").object["counts"] for number in range(5)]
    finally:
        stop.set()
        writer.join()
    assert found[-1]["articles"] > found[0]["articles"]
    for number in range(5):
        with opened(tmp_path / str(number)) as copy:
            assert list(copy.check()) == []


def test_a_damaged_payload_of_the_archive_is_named_and_does_not_prevent_a_backup(
    quxun: Quxun, press: Press, store: Store, tmp_path: Path
) -> None:
    press.publish("1")
    press.publish("2", extraction(title="第二条"))
    bad = next(store.blobs.digests())
    with archive_of(store) as archive, archive.payloads.write() as connection:
        connection.execute(text("UPDATE blobs SET data = x'00' WHERE digest = :bad"), {"bad": bad})
    said = quxun("backup", tmp_path / "b", status=1)
    assert "1 payloads were damaged or missing in the archive already: quxun check names them" in said.err
    assert json.loads((tmp_path / "b" / "manifest.json").read_text())["damaged"] == [bad]
    shutil.rmtree(quxun.home)
    quxun("restore", tmp_path / "b")


def test_a_damaged_database_gives_no_backup(quxun: Quxun, press: Press, home: Path, tmp_path: Path) -> None:
    for number in range(200):
        press.publish(str(number), extraction(title=f"第{number}条"))
    press.store.close()
    file, before = home / "quxun.db", names(tmp_path)
    whole = bytearray(file.read_bytes())
    for at in range(40_000, len(whole) - 5000, 9000):
        whole[at : at + 300] = b"\xff" * 300
    file.write_bytes(whole)
    said = quxun("backup", tmp_path / "b", status=1)
    assert "is damaged" in said.err
    assert names(tmp_path) == before


def test_rows_that_did_not_come_along_are_noticed(
    quxun: Quxun, press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    press.publish("1")

    def lossy(raw: Path, target: Path) -> None:
        compact(raw, target)
        with closing(sqlite3.connect(target)) as connection, connection:
            if "rows" in raw.name:
                connection.execute("DELETE FROM changes")

    monkeypatch.setattr(backups, "compact", lossy)
    assert "has rows of changes that are not in the copy" in quxun("backup", tmp_path / "b", status=1).err
    assert not (tmp_path / "b").exists()


def test_no_archive_gives_no_backup(quxun: Quxun, tmp_path: Path) -> None:
    shutil.rmtree(quxun.home)
    assert "there is no file" in quxun("backup", tmp_path / "b", status=1).err
    assert not (tmp_path / "b").exists()
    assert not quxun.home.exists()


@pytest.mark.parametrize("there", ["a folder", "a file", "a broken link"])
def test_nothing_is_written_over(quxun: Quxun, press: Press, tmp_path: Path, there: str) -> None:
    target = tmp_path / "b"
    match there:
        case "a folder":
            target.mkdir()
        case "a file":
            target.write_text("mine")
        case _:
            target.symlink_to(tmp_path / "nowhere")
    before = names(tmp_path)
    assert "exists already" in quxun("backup", target, status=1).err
    assert names(tmp_path) == before


def test_a_folder_that_is_not_mounted_is_not_made(quxun: Quxun, press: Press, tmp_path: Path) -> None:
    assert "is not there" in quxun("backup", tmp_path / "mnt" / "b", status=1).err
    assert not (tmp_path / "mnt").exists()


@pytest.mark.parametrize("limit", [0, 20_000, 100_000, 150_000])
def test_a_full_disk_is_a_sentence_and_leaves_nothing_behind(
    quxun: Quxun, press: Press, tmp_path: Path, limit: int
) -> None:
    for number in range(40):
        press.publish(str(number), extraction(title=f"第{number}条"), payload=noise(number))
    before = names(tmp_path)
    done = apart("backup", tmp_path / "b", largest_file=limit)
    assert done.status == 1
    assert re.fullmatch(r"quxun: .*(the disk is full|the disk reports an error)\n", done.said)
    assert names(tmp_path) == before


def test_a_backup_that_is_killed_never_looks_like_one_and_the_next_one_clears_it_away(
    quxun: Quxun, press: Press, tmp_path: Path
) -> None:
    press.publish("1")
    place = tmp_path / "backups"
    place.mkdir()
    calls = calls_of("backup", place / "0")
    for number, count in enumerate(random.sample(range(1, calls), 5), 1):
        assert apart("backup", place / str(number), die_at=count).killed
        for name in names(place):
            if name.startswith("."):
                continue
            with opened(shutil.copytree(place / name, tmp_path / f"copy-{number}-{name}")) as copy:
                assert list(copy.check()) == []
    quxun("backup", place / "last")
    assert not [name for name in names(place) if name.startswith(".")]


# ------------------------------------------------------------------ --keep
def test_the_oldest_backups_go_and_nothing_else_does(quxun: Quxun, press: Press, tmp_path: Path) -> None:
    place = tmp_path / "备份 存放"
    place.mkdir()
    made = [backed_up(quxun, place / name) for name in ("z", "y", "x", "w", "v")]  # the name says nothing of the age
    (made[0] / "note.txt").write_text("keep this one")
    (made[1] / "manifest.json").unlink()
    (place / "mine").mkdir()
    (place / "mine" / "quxun.db").write_text("mine")
    (place / "link").symlink_to(made[2])
    other = json.loads((made[3] / "manifest.json").read_text()) | {"database": "sqlite:////another/quxun.db"}
    (made[3] / "manifest.json").write_text(json.dumps(other))
    said = quxun("backup", place / "u", "--keep", 2, "--json").object
    assert said["removed"] == [str(made[2])]
    assert names(place) == ["link", "mine", "u", "v", "w", "y", "z"]
    assert quxun("backup", place / "t", "--keep", 1).out.endswith("verified; 2 older removed\n")
    assert names(place) == ["link", "mine", "t", "w", "y", "z"]


def test_a_backup_that_failed_removes_none(quxun: Quxun, press: Press, home: Path, tmp_path: Path) -> None:
    backed_up(quxun, tmp_path / "1")
    assert apart("backup", tmp_path / "2", "--keep", 1, largest_file=20_000).status == 1
    assert names(tmp_path / "1") == FILES
