"""A process that looks for alarms and is killed."""

import os
import signal
from zoneinfo import ZoneInfo

from scheduler.telling.channels import channels_of
from scheduler.telling.watch import Alarms
from storage.store import Store
from tests.scheduler.alarm_builders import Clock


def look(url: str, channel: str, when: str) -> None:
    with Store.open(url) as store:
        alarms = Alarms(store, channels_of(channel), ZoneInfo("Asia/Shanghai"), Clock())
        if when == "before it told":
            alarms._tell = lambda: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]
        alarms.look()
        os.kill(os.getpid(), signal.SIGKILL)
