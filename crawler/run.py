"""One run of one source in a process of its own: the entry that the Launcher starts by name.

The child holds its host's lock from before the first request to its end, writes its log to a file,
goes when its parent goes, and says how it ended in the run's row.
"""

import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Any

from crawler.gate import PATIENCE_S, HostGate
from crawler.locks import HostLock
from crawler.options import RunOptions, RunOrder
from crawler.outcome import Facts, outcome
from crawler.settings import VERSION, user_agent
from crawler.urls import host
from storage.errors import QuxunError
from storage.intents import IssueSeen
from storage.records import Counters, IssueKind, RunStatus, Source, SourceKind
from storage.store import Store

#: Lines of a run's log that are kept in its row.
LOG_TAIL = 40
#: An orphan has so long to write what waits; then it is gone.
_LAST_WORDS_S = 0.7

_log = logging.getLogger(__name__)


def main(options: RunOptions, order: RunOrder) -> None:
    """Run the order; the exit status is 0 if the run's row says how it ended."""
    os.setsid()  # so that a kill reaches everything this run started
    assert order.run_id is not None
    log = options.home / "logs" / f"run-{order.run_id}.log"
    with _output_to(log):
        _watch_parent()
        _run(options, order, log)


def _run(options: RunOptions, order: RunOrder, log: Path) -> None:
    assert order.run_id is not None
    with Store.open(options.database_url) as store:
        store.runs.start(order.run_id, datetime.now(UTC), os.getpid(), socket.gethostname(), VERSION)
        facts = Facts(counters=Counters(), finish_reason="")
        try:
            source = store.sources.get(order.source_key)
            facts = _crawl(options, order, source, store)
            if facts.finish_reason == "closespider_timeout":
                late = IssueSeen(
                    kind=IssueKind.TIME_LIMIT,
                    url=source.url,
                    detail=f"after {options.limit_s:.0f} s {facts.counters.pending} entries wait for the next run",
                    seen_at=datetime.now(UTC),
                )
                store.record(order.run_id, source, (late,), datetime.now(UTC))
        except QuxunError as error:
            facts = Facts(counters=Counters(), finish_reason="", fatal=str(error))
        except Exception:  # noqa: BLE001 - the edge of a run
            _log.exception("the run broke")
            facts = Facts(
                counters=Counters(), finish_reason="", fatal="an error of our own, see the run's log", errors=1
            )
        status, reason = outcome(facts)
        sys.stderr.flush()
        store.runs.finish(order.run_id, status, datetime.now(UTC), facts.counters, reason, _tail(log, status))


def _crawl(options: RunOptions, order: RunOrder, source: Source, store: Store) -> Facts:
    """Visit the source with its spider and count what happened."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    manners = options.manners
    visited_host = host(order.urls[0]) if order.urls else host(source.url)
    gate = HostGate(options.home / "locks", manners.delay_s, manners.per_host)
    with HostLock(options.home / "locks", visited_host) as lock:
        gate.adopt(lock.wait(PATIENCE_S))
        settings = Settings()
        settings.setmodule("crawler.settings", priority="project")
        settings.setdict(_run_settings(options, source), priority="cmdline")
        process = AsyncCrawlerProcess(settings, install_root_handler=False)
        logging.basicConfig(
            force=True, level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
        )
        crawler = process.create_crawler(spider_class(source.kind))
        process.crawl(crawler, order=order, store=store, gate=gate)
        try:
            process.start()
        finally:
            gate.close()
    return facts_of(crawler)


def _run_settings(options: RunOptions, source: Source) -> dict[str, Any]:
    from storage.records import Tls

    settings: dict[str, Any] = {
        "QUXUN_OPTIONS": options,
        "USER_AGENT": user_agent(options.manners),
        "CONCURRENT_REQUESTS": max(8, 2 * options.manners.per_host),
        "CONCURRENT_REQUESTS_PER_DOMAIN": max(8, 2 * options.manners.per_host),
        "CLOSESPIDER_TIMEOUT": options.limit_s,
    }
    if source.tls is not Tls.VERIFIED:
        settings["DOWNLOAD_VERIFY_CERTIFICATES"] = source.tls is not Tls.UNVERIFIED
        settings["DOWNLOADER_CLIENT_TLS_CIPHERS"] = "DEFAULT@SECLEVEL=0"
    return settings


def spider_class(kind: SourceKind) -> Any:
    """The spider for a kind of source."""
    from crawler.spiders import els, epaper, feed, index, page, site, sitemap

    classes = (
        feed.FeedSpider, sitemap.SitemapSpider, index.IndexSpider, epaper.EpaperSpider,
        els.ElsSpider, site.SiteSpider, page.PageSpider,
    )  # fmt: skip
    return next(spider for spider in classes if kind in spider.kinds)


def facts_of(crawler: Any) -> Facts:
    """What a closed crawler counted."""
    spider = crawler.spider
    stats = crawler.stats
    if spider is None:
        return Facts(counters=Counters(), finish_reason="", fatal="the spider could not be started, see the run's log")
    return Facts(
        counters=replace(spider.counters(), pending=spider.left()),
        finish_reason=stats.get_value("finish_reason", ""),
        listings_read=getattr(spider, "listings_read", 0),
        listings_unread=getattr(spider, "listings_unread", 0),
        errors=stats.get_value("spider_exceptions/count", 0) + spider.ingest.errors,
        doubts=getattr(spider, "doubts", 0),
        disallowed=spider.ingest.disallowed,
        first_trouble=spider.first_trouble,
        fatal=str(spider.fatal) if spider.fatal else "",
    )


# ------------------------------------------------------------------ the process
@contextlib.contextmanager
def _output_to(log: Path) -> Iterator[None]:
    """Everything the process prints goes to the run's log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    yield


def _tail(log: Path, status: RunStatus) -> str:
    """The last lines of a log; of a run that went well a few are enough."""
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 16_384))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return "\n".join(lines[-(5 if status is RunStatus.SUCCEEDED else LOG_TAIL) :])


def _watch_parent() -> None:
    """Be gone within a second of the parent, with what waits written if there is time for it."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)  # Scrapy then closes the spider, which writes what waits
        threading.Event().wait(_LAST_WORDS_S)
        os._exit(75)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
