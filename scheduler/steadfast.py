"""Imported by the fork server alone, before everything else: it outlives a SIGTERM that a whole service gets.

Were it to die with them, nobody could tell how its children end while they store what they have. It ends when the
process that started it does. One that is killed while it starts a child leaves half an order behind: no error of ours.
"""

import signal
import sys
from types import TracebackType


def _said(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not isinstance(error, EOFError | BrokenPipeError):
        sys.__excepthook__(kind, error, trace)


signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.excepthook = _said
