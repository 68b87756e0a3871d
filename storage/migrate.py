"""Bring a database to the schema of this code, or say that it is of another. Never downgrades.

Alembic is loaded only when there is something to do: a run's process has no use for it.
"""

from sqlalchemy import Connection, inspect, text

from storage.database import Database
from storage.errors import SchemaVersionError
from storage.schema import VERSIONS, blob_metadata

#: Number of the advisory lock under which a PostgreSQL schema is upgraded.
_UPGRADE_LOCK = 0


def version(database: Database) -> str | None:
    """The revision of a database's schema; None for a database without any."""
    with database.read() as connection:
        return _version(connection)


def demand_current(database: Database) -> None:
    """Raise SchemaVersionError unless the schema is the one this code speaks."""
    found = version(database)
    if found is None:
        raise SchemaVersionError(database.url, "has no tables yet; run `quxun db upgrade`")
    _demand_known(database, found)
    if found != VERSIONS[-1]:
        raise SchemaVersionError(database.url, f"is older (schema {found}) than this Quxun; run `quxun db upgrade`")


def upgrade(database: Database) -> None:
    """Bring the schema up to date. One process does it, others that want the same wait for it."""
    found = version(database)
    if found == VERSIONS[-1]:
        return
    _demand_known(database, found)
    with database.migration() as connection:
        database.lock(connection, _UPGRADE_LOCK)
        if _version(connection) != VERSIONS[-1]:  # another process may have been faster
            _run_alembic(connection)


def create_blobs(database: Database) -> None:
    """Create the table of payloads in a file of its own."""
    with database.read() as connection:
        if inspect(connection).has_table("blobs"):
            return
    with database.write() as connection:
        blob_metadata.create_all(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _demand_known(database: Database, found: str | None) -> None:
    if found is not None and found not in VERSIONS:
        raise SchemaVersionError(database.url, f"is newer (schema {found}) than this Quxun; install the newer version")


def _run_alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
