"""An installation of Quxun that crawls the demo's district, as a test drives it."""

import asyncio
import os
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from crawler.options import Manners, RunOptions
from crawler.profile import DistrictProfile, load_profile
from demo.building import dress
from demo.district import KEYS, District
from demo.model import Article as Told
from demo.server import DemoServer
from quxun.crawling import Crawl, Report, Wish, total
from quxun.surveying import save, survey
from quxun.wiring import RUN_ENTRY
from scheduler.launch import Launcher
from storage.records import Article, Counters, Source
from storage.store import Store
from tests.apart import PRELOAD

PROFILE = '[district]\ncode = "000000"\nname = "临湖新区"\ncity = "东岳市"\nprovince = "示例省"\n'
#: One fork server for all tests of a process.
LAUNCHER = Launcher(PRELOAD)


def district(each: int = 0) -> District:
    """The district as it is today: a newspaper's issues are looked for on the days before now.

    With `each`, only the newest articles of each site: what a crawl costs is what is published.
    """
    told = District(today=datetime.now(ZoneInfo("Asia/Shanghai")).date())
    if each:
        newest = {(one.site, one.number) for key in KEYS for one in told.articles(key)[:each]}
        thin(told, lambda one: (one.site, one.number) in newest)
    return told


def thin(told: District, wanted: Callable[[Told], bool]) -> None:
    """Leave only some articles, as if the sites had never had any other; before it is served."""
    for key in KEYS:
        site = told.site(key)
        site.articles = {number: one for number, one in site.articles.items() if wanted(one)}
        dress(told.pages(key), random.Random(7))


@cache
def _migrated() -> Mapping[str, bytes]:
    """The files of an empty SQLite database."""
    with TemporaryDirectory() as folder:
        Store.open(f"sqlite:///{folder}/quxun.db", migrate=True).close()
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


class BareInstallation:
    """A database in a folder of its own, politeness off, and no sources; closed by who opens it."""

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
        if not url:
            for name, content in _migrated().items():
                (home / name).write_bytes(content)
        self.store = Store.open(self.options.database_url, migrate=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.close()

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
