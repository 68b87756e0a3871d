"""`quxun check`, `quxun config` and `quxun db`: is the installation as it should be?"""

import sqlite3
from pathlib import Path

import pytest

from storage.records import ArticleId
from storage.schema import VERSIONS
from storage.store import Store
from tests.postgres import Server
from tests.quxun.conftest import Quxun
from tests.quxun.stories import Press


# ------------------------------------------------------------------ check
def test_all_is_well_and_counted(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    press.publish(name="1", payload=b"x" * 1000)
    press.publish(name="2", payload=b"x" * 1000)
    said = quxun("check").out
    assert "All is well" in said
    assert "2 articles, 2 snapshots, 1 payloads verified (1.0 KB" in said
    assert quxun("check", "--json").out == ""


def test_a_damaged_payload_is_found_and_the_exit_status_is_one(quxun: Quxun, store: Store) -> None:
    article = Press(store).publish(payload=b"payload")
    (snapshot,) = store.articles.snapshots(ArticleId(article))
    with sqlite3.connect(quxun.home / "blobs.db") as connection:
        connection.execute("UPDATE blobs SET data = x'00'")
    connection.close()
    said = quxun("check", status=1).out
    assert "damaged-payload" in said
    assert str(snapshot.payload_digest) in said
    assert "All is well" not in said
    finding = quxun("check", "--json", status=1).object
    assert (finding["kind"], finding["subject"]) == ("damaged-payload", snapshot.payload_digest)


# ------------------------------------------------------------------ config
def test_the_settings_in_force_are_shown_with_their_origin(
    quxun: Quxun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://q:geheim@db/quxun")
    monkeypatch.setenv("QUXUN_DATABASE_URL_FILE", str(secret))
    monkeypatch.setenv("QUXUN_DELAY_S", "5")
    lines = {line["name"]: line for line in quxun("config", "--json").objects}
    assert (lines["QUXUN_DELAY_S"]["value"], lines["QUXUN_DELAY_S"]["origin"]) == ("5", "environment")
    assert lines["QUXUN_DATABASE_URL"]["origin"] == "file"
    assert lines["QUXUN_PER_HOST"]["origin"] == "default"
    said = quxun("config").out
    assert "QUXUN_DATABASE_URL_FILE" in said
    assert "geheim" not in said + str(lines)


def test_a_wrong_setting_is_named_by_every_command(quxun: Quxun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUXUN_DELAY_S", "soon")
    for arguments in (("config",), ("runs",), ("export",), ("db", "version"), ("check",)):
        said = quxun(*arguments, status=2).err
        assert "QUXUN_DELAY_S" in said
        assert "soon" in said


# ------------------------------------------------------------------ db
def test_a_database_that_is_not_there_is_made_by_upgrade_and_not_by_version(
    quxun: Quxun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "new"
    monkeypatch.setenv("QUXUN_HOME", str(folder))
    said = quxun("db", "version", status=1)
    assert said.out.strip() == f"none (schema {VERSIONS[-1]} is needed)"
    assert "quxun db upgrade" in said.err
    assert not folder.exists()
    assert f"upgraded from nothing to schema {VERSIONS[-1]}" in quxun("db", "upgrade").out
    assert "nothing to do" in quxun("db", "upgrade").out
    assert quxun("db", "version").out.strip() == f"schema {VERSIONS[-1]} (schema {VERSIONS[-1]} is needed)"


def test_a_database_of_a_newer_version_is_left_alone(quxun: Quxun) -> None:
    with sqlite3.connect(quxun.home / "quxun.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert quxun("db", "version", status=1).out.startswith("schema 9999")
    assert "newer" in quxun("db", "upgrade", status=1).err
    assert "newer" in quxun("runs", status=1).err


def test_a_file_that_is_no_database_is_a_sentence(quxun: Quxun) -> None:
    (quxun.home / "quxun.db").write_bytes(b"no database, but a text that is long enough to be looked at" * 20)
    assert "quxun.db" in quxun("db", "version", status=1).err
    assert "quxun.db" in quxun("show", 1, status=1).err


def test_every_command_prints_its_help_with_an_example(quxun: Quxun) -> None:
    for name in ("runs", "issues", "show", "export", "explain", "extract", "check", "config", "import"):
        said = quxun(name, "--help").out
        assert f"quxun {name}" in said.replace("Usage: quxun", "")
    assert "upgrade" in quxun("db", "--help").out


@pytest.mark.postgres
def test_postgresql_is_upgraded_only_by_command_and_then_serves_them_all(
    quxun: Quxun, postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_text('{"id": "n1", "title": "标题", "text": "正文。"}\n', encoding="utf-8")
    with postgres_server.empty() as url:
        monkeypatch.setenv("QUXUN_DATABASE_URL", url)
        assert "quxun db upgrade" in quxun("runs", status=1).err
        assert quxun("db", "version", status=1).out.startswith("none")
        assert f"upgraded from nothing to schema {VERSIONS[-1]}" in quxun("db", "upgrade").out
        assert quxun("import", file, "--json").object["new"] == 1
        assert quxun("export").object["external_id"] == "n1"
        assert "标题" in quxun("show", "n1").out
        assert "SameRevision" in quxun("explain", "n1").out
        assert "All is well: 1 articles" in quxun("check").out
