"""The only place where everything meets: from the configuration to the options of a run and an open store."""

import contextlib
from collections.abc import Iterator

from crawler.options import Manners, RunOptions
from crawler.profile import find_profile
from quxun.cli import preload
from quxun.config import Config
from scheduler.launch import Launcher
from storage.store import Store

#: What a run's child starts with, by name.
RUN_ENTRY = "crawler.run:main"
SURVEY_ENTRY = "crawler.surveyor:main"


def run_options(config: Config) -> RunOptions:
    """The options that every run of this installation shares."""
    return RunOptions(
        database_url=config.database_url,
        home=config.home,
        profile=find_profile(config.district),
        manners=Manners(
            delay_s=config.delay_s,
            per_host=config.per_host,
            contact=config.contact,
            allow_private=config.allow_private,
        ),
        max_pages=config.max_pages,
        limit_s=config.run_limit_s,
    )


@contextlib.contextmanager
def open_store(config: Config) -> Iterator[Store]:
    """The configured database, created and migrated on first use if it is SQLite."""
    with Store.open(config.database_url) as store:
        yield store


def launcher() -> Launcher:
    """What starts runs."""
    return Launcher(preload())
