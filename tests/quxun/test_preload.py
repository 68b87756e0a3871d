"""What processes import before they know what they will do: each megabyte counts once a process."""

import subprocess
import sys

import pytest

from quxun.cli import preload


def loads(name: str, *modules: str) -> bool:
    """Whether a process that imports the modules has that one afterwards."""
    code = f"import sys, {', '.join(modules)}; print({name!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip() == "True"


def test_a_service_on_sqlite_does_without_the_driver_of_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUXUN_DATABASE_URL", "sqlite:////tmp/x.db")
    assert not loads("psycopg", "quxun.commands.serve")
    assert not loads("psycopg", *preload())


@pytest.mark.parametrize(
    ("name", "value"),
    [("QUXUN_DATABASE_URL", "postgresql://localhost/x"), ("QUXUN_DATABASE_URL_FILE", "/run/secrets/database-url")],
)
def test_runs_on_postgresql_find_its_driver_imported(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.delenv("QUXUN_DATABASE_URL", raising=False)
    monkeypatch.setenv(name, value)
    assert "psycopg" in preload()
