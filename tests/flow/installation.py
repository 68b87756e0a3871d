"""An installation of Quxun that crawls the demo's district, as a test drives it."""

import asyncio
import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from crawler.options import Manners, RunOptions
from crawler.profile import DistrictProfile, load_profile
from demo.district import District
from demo.server import DemoServer
from quxun.crawling import Crawl, Report, Wish, total
from quxun.surveying import save, survey
from quxun.wiring import RUN_ENTRY
from scheduler.launch import Launcher
from storage.records import Article, Counters, Source
from storage.store import Store

PROFILE = '[district]\ncode = "000000"\nname = "临湖新区"\ncity = "东岳市"\nprovince = "示例省"\n'
#: One fork server for all tests of a process.
LAUNCHER = Launcher(("crawler.preload",))


def district() -> District:
    """The district as it is today: a newspaper's issues are looked for on the days before now."""
    return District(today=datetime.now(ZoneInfo("Asia/Shanghai")).date())


class BareInstallation:
    """A database in a folder of its own, politeness off, and no sources."""

    def __init__(self, home: Path, url: str = "", manners: Manners | None = None) -> None:
        self.home = home
        path = home / "district.toml"
        path.write_text(PROFILE, encoding="utf-8")
        self.profile: DistrictProfile = load_profile(path)
        self.options = RunOptions(
            database_url=url or f"sqlite:///{home / 'quxun.db'}",
            home=home,
            profile=path,
            manners=manners or Manners(delay_s=0.0, per_host=4, allow_private=True),
            limit_s=60.0,
        )
        self.store = Store.open(self.options.database_url, migrate=True)

    def crawl(self, **wish: object) -> Report:
        work = Crawl(self.store, self.options, LAUNCHER, RUN_ENTRY, 5)
        orders = work.orders(replace(Wish(), **wish), self.profile)  # type: ignore[arg-type] # the test's own names
        return asyncio.run(work.carry_out(orders, lambda _: None))

    def counters(self, **wish: object) -> Counters:
        return total(self.crawl(**wish).runs)

    def articles(self) -> list[Article]:
        found: list[Article] = []
        while page := self.store.articles.list(after_id=found[-1].id if found else 0, limit=200):
            found += page
        return found

    def environment(self) -> dict[str, str]:
        """What makes the command `quxun` use this installation."""
        manners = self.options.manners
        own = {
            "QUXUN_HOME": str(self.home),
            "QUXUN_DATABASE_URL": self.options.database_url,
            "QUXUN_DISTRICT": str(self.options.profile),
            "QUXUN_DELAY_S": str(manners.delay_s),
            "QUXUN_ALLOW_PRIVATE": str(int(manners.allow_private)),
        }
        return {**os.environ, **own}


class Installation(BareInstallation):
    """One with the sources of a demo server."""

    def __init__(self, home: Path, server: DemoServer, url: str = "", manners: Manners | None = None) -> None:
        super().__init__(home, url, manners)
        self.server = server

    def add(self, *keys: str) -> list[Source]:
        """Add sites of the demo by their addresses, as `sources add` does."""
        urls = [self.entrance(key) for key in keys]
        return [save(self.store, each.source) for each in survey(LAUNCHER, self.options, urls)]

    def entrance(self, key: str) -> str:
        papers = [each.url for each in self.server.district.listings(key) if each.kind == "epaper"]
        return papers[0] if papers else f"{self.server.addresses[key]}/"


def command(*arguments: str) -> list[str]:
    """The command as a user types it."""
    return [sys.executable, "-m", "quxun", *arguments]
