"""One visitor at a time for each host, over all machines that share a PostgreSQL database.

A session of its own holds the locks: they die with it, so that a killed process leaves none, and a stopped one
keeps its own. It needs a direct connection; a pooler that changes sessions between transactions loses them.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from storage.database import LOCK_CLASS, parse
from storage.errors import DatabaseError

#: A class of its own beside that of `Database.lock`: the second key is a host's, not a number of ours.
_HOSTS = LOCK_CLASS + 1

_KEEPALIVES: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "connect_timeout": 10,
}


class HostLocks:
    """The hosts that this process holds for itself. `DatabaseError` if the session is lost."""

    def __init__(self, database_url: str) -> None:
        import psycopg  # late: it is large, and SQLite does without

        url = parse(database_url)
        self._url = url.render_as_string(hide_password=True)
        conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        try:
            self._session = psycopg.connect(conninfo, autocommit=True, application_name="quxun hosts", **_KEEPALIVES)
        except psycopg.Error as error:
            raise DatabaseError(self._url, f"cannot be reached: {error}") from error

    def acquire(self, host: str) -> bool:
        """Take the host if nobody else has it, and say whether it is now held. Never waits."""
        return bool(self._ask("SELECT pg_try_advisory_lock(%s, %s)", host))

    def release(self, host: str) -> None:
        """Let go of a host; a session that is lost has let go of all."""
        with suppress(DatabaseError):
            self._ask("SELECT pg_advisory_unlock(%s, %s)", host)

    def demand(self) -> None:
        """Raise DatabaseError unless the session lives, and with it the locks."""
        with self._errors():
            self._session.execute("SELECT 1")

    def close(self) -> None:
        """Let go of every host at once; the server itself would only do so when it notices the end of the session."""
        with suppress(DatabaseError), self._errors():
            self._session.execute("SELECT pg_advisory_unlock_all()")
        self._session.close()

    def _ask(self, question: str, host: str) -> object:
        with self._errors():
            row = self._session.execute(question.encode(), (_HOSTS, _key(host))).fetchone()
        return row[0] if row else None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            raise DatabaseError(self._url, f"the session that held the hosts is lost: {error}") from error


def host_locks(database_url: str) -> HostLocks | None:
    """The locks that machines share; None for SQLite, which has one machine and its lock files."""
    return None if parse(database_url).get_backend_name() == "sqlite" else HostLocks(database_url)


def _key(host: str) -> int:
    """The host as the signed 32 bits of a lock's key; two that meet wait for each other, which does no harm."""
    return int.from_bytes(hashlib.sha256(host.encode()).digest()[:4], "big", signed=True)
