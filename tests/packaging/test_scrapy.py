"""The `scrapy` command works from the project's root: scrapy.cfg names settings that know every spider."""

import os
import subprocess
import sys

from tests.packaging.project import ROOT


def test_scrapy_lists_the_spiders() -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("QUXUN_", "SCRAPY_"))}
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "list"],
        cwd=ROOT,
        env=environ,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert {"feed", "sitemap", "index", "epaper", "els", "site", "page"} <= set(done.stdout.split())
