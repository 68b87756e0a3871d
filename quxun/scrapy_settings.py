"""The settings module that scrapy.cfg names: the crawler's own settings and the user's configuration.

With it `scrapy list`, `scrapy crawl SPIDER -a source=KEY` and `scrapy shell` work from the project's root.
"""

import os
import sys

from crawler.settings import *  # noqa: F403 - a Scrapy settings module is its names
from crawler.settings import user_agent
from quxun.config import load_config
from quxun.wiring import run_options
from storage.errors import ConfigError

try:
    QUXUN_OPTIONS = run_options(load_config(os.environ))
except ConfigError as error:
    sys.exit(f"scrapy: {error}")

MEMUSAGE_ENABLED = False  # the peak that it measures begins with that of the process that started the command
LOG_INSTALL_ROOT_HANDLER = True  # the log goes to the terminal: nobody keeps it otherwise
USER_AGENT = user_agent(QUXUN_OPTIONS.manners)
