"""What Scrapy's own command leaves to the spider: `scrapy crawl SPIDER -a source=KEY` knows no runs and no locks."""

import sys
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from scrapy.crawler import Crawler

from crawler.gate import HostGate
from crawler.options import RunOptions, RunOrder
from crawler.profile import load_profile
from crawler.settings import run_settings
from storage.errors import QuxunError, UsageError
from storage.hosts import host_locks
from storage.records import Source, SourceKind, SourceState
from storage.store import Store


def equip(crawler: Crawler, name: str, kinds: Collection[SourceKind], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The order, store and gate for a spider that was started with these arguments.

    What a person must put right ends the command with a sentence: Scrapy would show a traceback.
    """
    try:
        return _equip(crawler, name, kinds, arguments)
    except QuxunError as error:
        sys.stderr.write(f"scrapy: {error}\n")
        raise SystemExit(error.exit_code) from error


def _equip(crawler: Crawler, name: str, kinds: Collection[SourceKind], arguments: Mapping[str, Any]) -> dict[str, Any]:
    options: RunOptions = crawler.settings["QUXUN_OPTIONS"]
    key = str(arguments.get("source", ""))
    if not key:
        raise UsageError(
            f"say which source: scrapy crawl {name} -a source=KEY (quxun sources list shows the keys and kinds)"
        )
    store = Store.open(options.database_url)
    if options.profile:
        profile = load_profile(options.profile)
        store.sources.apply(profile.declared_by, profile.sources, datetime.now(UTC))
    source = store.sources.get(key)
    _demand_fitting(source, kinds)
    crawler.settings.setdict(run_settings(options, source), priority="spider")
    manners = options.manners
    return {
        "order": RunOrder(source_key=key, requested_by="scrapy"),
        "store": store,
        "gate": HostGate(options.home / "locks", manners.delay_s, manners.per_host, host_locks(options.database_url)),
    }


def _demand_fitting(source: Source, kinds: Collection[SourceKind]) -> None:
    key, kind = source.key, source.kind
    if source.state is SourceState.REMOVED:
        raise UsageError(f"the source {key} was removed")
    if kind is SourceKind.IMPORT:
        raise UsageError(f"{key} was imported: there is nothing to visit")
    if kind not in kinds:
        raise UsageError(f"{key} is of another kind: scrapy crawl {kind.value} -a source={key}")
