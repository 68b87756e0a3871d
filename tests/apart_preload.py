"""What the processes of tests/apart.py have imported before they begin."""

import tests.apart
from quxun.commands import backup, migrate_to, restore

__all__ = ["backup", "migrate_to", "restore", "tests"]
