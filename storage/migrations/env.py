"""What Alembic runs: the migrations, in the transaction of the connection that storage.migrate hands it."""

from alembic import context
from sqlalchemy import Connection

from storage.columns import blob_metadata, metadata


def run(connection: Connection) -> None:
    """Apply what is missing."""
    targets = [metadata] if connection.dialect.name == "sqlite" else [metadata, blob_metadata]
    context.configure(connection=connection, target_metadata=targets, render_as_batch=True, compare_type=True)
    context.run_migrations()


run(context.config.attributes["connection"])
