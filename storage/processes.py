"""The schedulers and workers of the service: who lives, as each says itself now and then."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from storage import rows
from storage.database import Database
from storage.records import ProcessRole, ServiceProcess
from storage.schema import service_processes


class Processes:
    """The service's processes of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(
        self, role: ProcessRole, machine: str, pid: int, code_version: str, places: int, now: datetime
    ) -> ServiceProcess:
        """A process that begins."""
        with self._database.write() as connection:
            row = connection.execute(
                service_processes.insert()
                .returning(service_processes)
                .values(
                    role=role,
                    machine=machine,
                    pid=pid,
                    code_version=code_version,
                    started_at=now,
                    seen_at=now,
                    leads=False,
                    runs=0,
                    places=places,
                )
            ).one()
            return rows.service_process(row)

    def seen(self, process_id: int, now: datetime, *, leads: bool, runs: int) -> bool:
        """Note that it lives; False if it was taken for dead and is not listed any more."""
        with self._database.write() as connection:
            noted = connection.execute(
                update(service_processes)
                .where(service_processes.c.id == process_id)
                .values(seen_at=now, leads=leads, runs=runs)
            )
        return noted.rowcount == 1

    def leave(self, process_id: int) -> None:
        with self._database.write() as connection:
            connection.execute(delete(service_processes).where(service_processes.c.id == process_id))

    def forget_silent(self, before: datetime) -> int:
        """Take those off the list that were last heard of before that time; how many."""
        with self._database.write() as connection:
            return connection.execute(delete(service_processes).where(service_processes.c.seen_at < before)).rowcount

    def list(self) -> Sequence[ServiceProcess]:
        """In the order in which they began."""
        with self._database.read() as connection:
            found = connection.execute(select(service_processes).order_by(service_processes.c.id))
            return [rows.service_process(row) for row in found]
