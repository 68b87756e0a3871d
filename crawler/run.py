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
from datetime import UTC, datetime
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Any

from crawler.closing import close, facts_of, failed, note_time_limit
from crawler.gate import PATIENCE_S, HostGate
from crawler.locks import HostLock
from crawler.options import RunOptions, RunOrder
from crawler.outcome import Facts
from crawler.settings import VERSION, run_settings
from crawler.urls import host
from storage.errors import HostBusy, QuxunError
from storage.hosts import host_locks
from storage.records import Source, SourceKind
from storage.store import Store

#: Exit status of a run that found its host busy and had no patience (EX_TEMPFAIL of sysexits.h).
BUSY = 75
#: An orphan has so long to write what waits; then it is gone.
_LAST_WORDS_S = 0.7

_log = logging.getLogger(__name__)


def main(options: RunOptions, order: RunOrder) -> str:
    """Run the order; empty if the run's row says how it ended, else the sentence that it could not be told."""
    os.setsid()  # so that a kill reaches everything this run started
    assert order.run_id is not None
    log = options.home / "logs" / f"run-{order.run_id}.log"
    with output_to(log):
        _watch_parent()
        try:
            _run(options, order, log)
        except QuxunError as error:
            _log.error("the run's row stays open: %s", error)
            return str(error)
    return ""


def _run(options: RunOptions, order: RunOrder, log: Path) -> None:
    assert order.run_id is not None
    with Store.open(options.database_url, create=False) as store:
        try:
            facts = _visit(options, order, store.sources.get(order.source_key), store)
        except HostBusy as error:
            if order.patience_s < PATIENCE_S:
                raise SystemExit(BUSY) from error  # whoever started it has it done later
            facts = failed(str(error))
        except QuxunError as error:
            facts = failed(str(error))
        except Exception:  # noqa: BLE001 - the edge of a run
            _log.exception("the run broke")
            facts = failed("an error of our own, see the run's log", errors=1)
        sys.stderr.flush()
        close(store, order.run_id, facts, _end_of(log))


def _visit(options: RunOptions, order: RunOrder, source: Source, store: Store) -> Facts:
    """Take the source's host, mark the run as running, and crawl; the hosts are let go of at the end."""
    assert order.run_id is not None
    visited_host = host(order.urls[0]) if order.urls else host(source.url)
    with contextlib.ExitStack() as held:
        shared = host_locks(options.database_url)
        if shared is not None:
            held.callback(shared.close)
        lock = HostLock(options.home / "locks", visited_host, shared)
        gate = HostGate(options.home / "locks", options.manners.delay_s, options.manners.per_host, shared)
        held.callback(gate.close)
        gate.adopt(lock.wait(order.patience_s))
        store.runs.start(order.run_id, datetime.now(UTC), os.getpid(), socket.gethostname(), VERSION)
        return _crawl(options, order, source, store, gate)


def _crawl(options: RunOptions, order: RunOrder, source: Source, store: Store, gate: HostGate) -> Facts:
    """Visit the source with its spider and count what happened."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict({"QUXUN_OPTIONS": options, **run_settings(options, source)}, priority="cmdline")

    class Process(AsyncCrawlerProcess):
        def _signal_kill(self, signum: int, _: Any) -> None:
            """Told once more, as when an init system tells every process: what it has is still stored."""

    process = Process(settings)
    logging.basicConfig(
        force=True, level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("scrapy").setLevel(logging.INFO)  # it sets itself to DEBUG, with a line for every page
    crawler = process.create_crawler(spider_class(source.kind))
    process.crawl(crawler, order=order, store=store, gate=gate)
    process.start()
    return _facts_of(crawler)


def spider_class(kind: SourceKind) -> Any:
    """The spider for a kind of source."""
    from crawler.spiders import els, epaper, feed, index, page, site, sitemap

    classes = (
        feed.FeedSpider, sitemap.SitemapSpider, index.IndexSpider, epaper.EpaperSpider,
        els.ElsSpider, site.SiteSpider, page.PageSpider,
    )  # fmt: skip
    return next(spider for spider in classes if kind in spider.kinds)


def _facts_of(crawler: Any) -> Facts:
    if crawler.spider is None:
        return failed("the spider could not be started, see the run's log")
    facts = facts_of(crawler.spider, crawler.stats.get_value("finish_reason", ""))
    note_time_limit(crawler.spider, facts)
    return facts


# ------------------------------------------------------------------ the process
@contextlib.contextmanager
def output_to(log: Path) -> Iterator[None]:
    """Everything the process prints goes to the run's log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    yield


def _end_of(log: Path) -> str:
    """The last of a log, more than is kept."""
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 16_384))
        return file.read().decode("utf-8", "replace")


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
