"""Who of several schedulers leads: the one whose session holds an advisory lock.

The lock goes with the session, so that a leader that was killed is followed at once. One that hangs, or whose machine
lost its power, keeps its session open; it is ended by the others when it has asked nothing for a while. Two leaders for
a moment do no harm: what is queued already is not queued again. The session needs a direct connection, not one
through a pooler that changes sessions between transactions.
"""

import contextlib
import threading

import psycopg

from scheduler import queue_schema
from scheduler.link import WATCHED, conninfo, shown, trouble
from scheduler.troubles import Troubles
from storage import migrate
from storage.database import LOCK_CLASS
from storage.errors import QuxunError, SchemaVersionError
from storage.store import Store

#: Number of the lock. 0 to 2 are those of transactions, which would wait for each other with this one.
LEADER_LOCK = 3
#: A leader asks every second; one that asked nothing for so long is taken for dead.
SILENT_S = 10.0

_PART = "leader"
_TAKE = "SELECT pg_try_advisory_lock(%s, %s)"
_END_SILENT = """
    SELECT pg_terminate_backend(held.pid) FROM pg_locks AS held JOIN pg_stat_activity AS session USING (pid)
    WHERE held.locktype = 'advisory' AND held.granted AND held.classid = %s AND held.objid = %s AND held.objsubid = 2
    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND session.state_change < now() - make_interval(secs => %s)
"""


class PostgresLeadership:
    """Leadership by a lock in the database. Nothing is raised: who cannot ask does not lead."""

    def __init__(self, database_url: str, store: Store, troubles: Troubles, *, silent_s: float = SILENT_S) -> None:
        self._url, self._store, self._troubles, self._silent_s = database_url, store, troubles, silent_s
        self._session: psycopg.Connection | None = None
        self._held = False
        self._turn = threading.Lock()

    def leads(self) -> bool:
        """Whether this scheduler does: it holds the lock, or could take it just now."""
        with self._turn:
            try:
                migrate.demand_current(self._store.database)
                self._held = self._asked(self._connected())
            except SchemaVersionError as error:  # another version is to lead
                self._drop()
                self._troubles.note(_PART, f"{error}; this scheduler leads no more")
            except QuxunError as error:
                self._drop()
                self._troubles.note(_PART, str(error))
            except psycopg.Error as error:
                self._drop()
                self._troubles.note(_PART, str(trouble(shown(self._url), error)))
            else:
                self._troubles.over(_PART)
            return self._held

    def resign(self) -> None:
        """Let another one lead."""
        with self._turn:
            self._drop()

    def _asked(self, session: psycopg.Connection) -> bool:
        """Whether the lock is held now. Asking is also what shows the others that this session lives."""
        had = session.execute("SELECT name FROM queue_migrations").fetchall()
        queue_schema.demand_known(self._url, [str(name) for (name,) in had])
        if self._held:
            return True
        row = session.execute(_TAKE, (LOCK_CLASS, LEADER_LOCK)).fetchone()
        taken = row is not None and bool(row[0])
        if not taken:
            session.execute(_END_SILENT, (LOCK_CLASS, LEADER_LOCK, self._silent_s))
        return taken

    def _connected(self) -> psycopg.Connection:
        if self._session is None:
            self._session = psycopg.connect(conninfo(self._url, "quxun leader"), autocommit=True)
            for setting in WATCHED:
                self._session.execute(setting.encode())
        return self._session

    def _drop(self) -> None:
        session, self._session, self._held = self._session, None, False
        if session is not None:
            with contextlib.suppress(psycopg.Error):
                session.close()
