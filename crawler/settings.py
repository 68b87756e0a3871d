"""The Scrapy settings of every run: what does not depend on the user's configuration.

`quxun.scrapy_settings` adds what does, for `scrapy list`, `scrapy crawl` and `scrapy shell`.
"""

from typing import Any

from crawler.capture import ACCEPT_ENCODING, MAX_BYTES
from crawler.options import Manners, RunOptions
from storage.records import Source, Tls

VERSION = "0.1.0"

BOT_NAME = "quxun"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

# Politeness is the host gate's (crawler/gate.py). Scrapy's own limits only keep its queues short.
CONCURRENT_REQUESTS = 8
CONCURRENT_ITEMS = 1  # a callback yields one item; Scrapy starts so many tasks for every response
CONCURRENT_REQUESTS_PER_DOMAIN = 8
DOWNLOAD_DELAY = 0
DOWNLOAD_DELAY_JITTER = 0
ROBOTSTXT_OBEY = False  # by crawler.middlewares.robotstxt, which is closed on error
DOWNLOAD_HANDLERS = {
    "http": "crawler.handlers.PoliteHandler",
    "https": "crawler.handlers.PoliteHandler",
    "ftp": None,
    "s3": None,
    "file": None,
    "data": None,
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.robotstxt.RobotsMiddleware": 100,
    "crawler.middlewares.patience.PatienceMiddleware": 550,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
}
ITEM_PIPELINES = {"crawler.pipeline.IngestPipeline": 100}
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
    "Accept-Encoding": ACCEPT_ENCODING,
}
TWISTED_DNS_RESOLVER = "crawler.resolver.PublicResolver"
DNS_TIMEOUT = 10
DOWNLOAD_TIMEOUT = 15
DOWNLOAD_MAXSIZE = MAX_BYTES
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
REDIRECT_MAX_TIMES = 5
RETRY_PRIORITY_ADJUST = -10
# Every status is an answer that `visit_kind` reads. Not by the key of `Request.meta`, which turns redirects off too.
HTTPERROR_ALLOW_ALL = True

# Runs Python that is sent to it, and answers on a port: neither belongs in a crawler that runs unattended.
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False
# The base itself, not EXTENSIONS with None: Scrapy imports even what is switched off, and the web server that
# RemoteControl needs costs a run half a second.
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
}
MEMUSAGE_LIMIT_MB = 400
MEMUSAGE_CHECK_INTERVAL_SECONDS = 5

LOG_LEVEL = "INFO"
LOG_INSTALL_ROOT_HANDLER = False  # a run has its own log file; a handler of Scrapy's would write twice
LOG_VERSIONS: list[str] = []
STATS_DUMP = False
WARN_ON_GENERATOR_RETURN_VALUE = False  # it reads the source of a callback for every answer
LOGSTATS_INTERVAL = 0
REFERER_ENABLED = False
FEED_EXPORT_ENCODING = "utf-8"


def user_agent(manners: Manners) -> str:
    """Who we are and where a webmaster can turn to (RFC 9110 §10.1.5)."""
    return f"Quxun/{VERSION} (+{manners.contact})" if manners.contact else f"Quxun/{VERSION}"


def run_settings(options: RunOptions, source: Source) -> dict[str, Any]:
    """What a run of that source sets beside."""
    at_once = max(CONCURRENT_REQUESTS, 2 * options.manners.per_host)
    settings: dict[str, Any] = {
        "USER_AGENT": user_agent(options.manners),
        "CONCURRENT_REQUESTS": at_once,
        "CONCURRENT_REQUESTS_PER_DOMAIN": at_once,
        "CLOSESPIDER_TIMEOUT": options.limit_s,
    }
    if source.tls is not Tls.VERIFIED:
        settings["DOWNLOAD_VERIFY_CERTIFICATES"] = source.tls is not Tls.UNVERIFIED
        settings["DOWNLOADER_CLIENT_TLS_CIPHERS"] = "DEFAULT@SECLEVEL=0"
    return settings
