"""What the processes of tests/apart.py have imported before they begin."""

import tests.apart
import tests.contract.dying
import tests.scheduler.dying
import tests.scheduler.machines
import tests.scheduler.visiting
from quxun.commands import backup, migrate_to, restore

__all__ = ["backup", "migrate_to", "restore", "tests"]
