"""A connection to PostgreSQL that is made anew whenever it is lost: what the queue speaks through.

One connection, one question at a time. A pool that lost its connections may wait for ever for new ones; here whoever
asks next connects, and is told at once if that fails.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import psycopg
from procrastinate.connector import BaseAsyncConnector, Notify
from procrastinate.exceptions import NoResult, UniqueViolation
from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from storage.database import parse
from storage.errors import DatabaseError

#: A question that is not answered for so long will not be.
PATIENCE_S = 10.0

#: So that a line that was cut is noticed within seconds, at this end …
_KEEPALIVES: Mapping[str, Any] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
#: … and at the server's, whose own patience is two hours: so long a machine without power would keep its locks.
WATCHED = (
    "SET tcp_keepalives_idle = 5",
    "SET tcp_keepalives_interval = 2",
    "SET tcp_keepalives_count = 3",
    "SET tcp_user_timeout = 10000",
)


def conninfo(database_url: str, name: str) -> str:
    """What libpq connects with, for a URL as SQLAlchemy reads it; `name` is shown in pg_stat_activity."""
    url = parse(database_url)
    _, given = url.get_dialect()().create_connect_args(url)
    return make_conninfo(**{**given, **_KEEPALIVES, "application_name": name})


def shown(database_url: str) -> str:
    """The URL for messages: without the password."""
    return parse(database_url).render_as_string(hide_password=True)


def trouble(url: str, error: BaseException) -> DatabaseError:
    """The sentence for what the driver said."""
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    return DatabaseError(url, f"cannot be used: {first}")


class Link(BaseAsyncConnector):
    """Procrastinate's way to the database. Every method raises DatabaseError, and the next one tries anew."""

    def __init__(self, database_url: str, name: str) -> None:
        self.url = shown(database_url)
        self._conninfo = conninfo(database_url, name)
        self._session: AsyncConnection[DictRow] | None = None
        self._turn = asyncio.Lock()
        #: What was wrong when it was lost: said until it is back, so that an outage is one sentence.
        self._lost_by: DatabaseError | None = None

    async def open_async(self, pool: Any = None) -> None:
        """Connect now rather than with the first question."""
        await self.execute_query_async("SELECT 1")

    async def close_async(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def execute_query_async(self, query: str, **arguments: Any) -> None:
        await self.execute_query_all_async(query, **arguments)

    async def execute_query_one_async(self, query: str, **arguments: Any) -> dict[str, Any]:
        rows = await self.execute_query_all_async(query, **arguments)
        if not rows:
            raise NoResult
        return rows[0]

    async def execute_query_all_async(self, query: str, **arguments: Any) -> list[dict[str, Any]]:
        values = {name: _for_driver(value) for name, value in arguments.items()}
        async with self._turn, self._healing():
            cursor = await (await self._connected()).execute(query.encode(), values)
            rows = await cursor.fetchall() if cursor.description else []
            self._lost_by = None
            return rows

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Tell of notifications, over a connection of its own, until it breaks: DatabaseError."""
        try:
            async with await self._connect() as session:
                for channel in channels:
                    await session.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                async for heard in session.notifies():
                    await on_notification(channel=heard.channel, payload=heard.payload)
        except psycopg.Error as error:
            raise trouble(self.url, error) from error

    @contextlib.asynccontextmanager
    async def _healing(self) -> AsyncIterator[None]:
        """Turn errors into ours, and leave no session behind whose state is not known."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                yield
        except psycopg.errors.UniqueViolation as error:
            raise UniqueViolation(constraint_name=error.diag.constraint_name, queueing_lock=None) from error
        except TimeoutError as error:
            await self._drop()
            raise DatabaseError(self.url, f"did not answer for {PATIENCE_S:.0f} s") from error
        except psycopg.OperationalError as error:
            await self._drop()
            self._lost_by = self._lost_by or trouble(self.url, error)
            raise DatabaseError(self.url, self._lost_by.problem) from error
        except psycopg.Error as error:
            await self._drop()
            raise trouble(self.url, error) from error
        except BaseException:
            await self._drop()
            raise

    async def _connected(self) -> AsyncConnection[DictRow]:
        if self._session is None or self._session.closed:
            self._session = await self._connect()
        return self._session

    async def _connect(self) -> AsyncConnection[DictRow]:
        session = await AsyncConnection.connect(self._conninfo, autocommit=True, row_factory=dict_row)
        try:
            for setting in WATCHED:
                await session.execute(setting.encode())
        except BaseException:
            await session.close()
            raise
        return session

    async def _drop(self) -> None:
        with contextlib.suppress(psycopg.Error):
            await self.close_async()


def _for_driver(value: Any) -> Any:
    """JSON objects marked as such, also within the jobs of a batch."""
    if isinstance(value, dict):
        return Jsonb(value)
    if isinstance(value, list):
        return [_for_driver(each) for each in value]
    return tuple(_for_driver(each) for each in value) if isinstance(value, tuple) else value
