"""Imported once by the fork server, so that a run starts in milliseconds: everything a run needs but the reactor.

A reactor that is imported before the fork would be shared by all children; the assertion is the guard.
"""

import gc
import importlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

_MODULES = (
    "scrapy.crawler",
    "scrapy.core.engine",
    "scrapy.core.scraper",
    "scrapy.core.downloader.handlers.http11",
    "twisted.web.client",
    "trafilatura",
    "lxml.html",
    "protego",
    "email.headerregistry",
    "encodings.charmap",
    "encodings.utf_8_sig",
    "storage.store",
    "crawler.run",
    "crawler.ingest",
    "crawler.profile",
    "crawler.relevance",
    "crawler.spiders.listing",
    "crawler.spiders.epaper",
    "crawler.spiders.page",
    "crawler.spiders.site",
    "crawler.spiders.index",
    "crawler.spiders.sitemap",
    "crawler.spiders.feed",
    "crawler.spiders.els",
)


def _named_classes() -> Iterator[str]:
    """Modules of every class that a settings module names, as a value or as a key."""
    for module in map(importlib.import_module, ("scrapy.settings.default_settings", "crawler.settings")):
        for name in dir(module):
            if name.isupper():
                yield from _paths(getattr(module, name))


def _paths(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if inner is not None:
                yield from _paths(key)
                yield from _paths(inner)
    elif (
        isinstance(value, str) and value.startswith(("scrapy.", "crawler.")) and value.rpartition(".")[2][:1].isupper()
    ):
        yield value.rpartition(".")[0]


def preload() -> None:
    """Import it all; a module that cannot be imported here is the run's to report."""
    gc.disable()  # there is nothing to collect while modules are imported, and looking takes a tenth of the time
    skip = ("http2", "s3", "_httpx", "_aiohttp", "ftp", "telnet", "remote_control")
    for name in (*_MODULES, *_named_classes()):
        if not name.endswith(skip):
            importlib.import_module(name)
    assert "twisted.internet.reactor" not in sys.modules, "the reactor must not be imported before a run forks"
    gc.freeze()  # a collection in a child would touch, and so copy, every page that it shares with the others
    gc.enable()


preload()
