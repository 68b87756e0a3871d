"""Imported by the fork server alone, before everything else: it outlives a SIGTERM that a whole service gets.

Were it to die with them, nobody could tell how its children end while they store what they have. It ends when the
process that started it does.
"""

import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
