"""The readers on sites and pages that are not ours: the test network and the saved pages beside the project.

Both are optional (`../shared`): without them these tests are skipped. Nothing of them is kept here.
"""

import importlib.util
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.listings.feed import read_feed
from crawler.listings.index import read_index
from crawler.listings.sitemap import read_sitemap, robots_sitemaps
from crawler.survey import is_listing, survey_home
from crawler.urls import url_key

SHARED = Path(__file__).parents[4] / "shared"
NETWORK = SHARED / "testnet" / "newsnet.py"
PAGES = SHARED / "pages"
COLUMNS = 4
HOST = "http://www.example.gov.cn"

#: Saved list page → the URL it is read at, how many articles it lists at least, and what its next page ends in.
SAVED = {
    "甘肃省_1.html": (f"{HOST}/jyt/c110634/zwgklist.shtml", 20, "zwgklist_2.shtml"),
    "gsc_1.html": ("http://www.gsc.org.cn/content.aspx?id=2", 5, ""),
    "163_1.html": ("http://news.163.com/", 100, ""),
    "163_2.html": ("http://news.163.com/", 100, ""),
    "netease_rolling_news.html": ("http://news.163.com/latest/", 40, ""),
    "tencent_important_news.html": ("https://new.qq.com/ch/news/", 15, ""),
    "dfa66_announcement.html": (f"{HOST}/dfaets/news/infodisclosure/announcement/index.html", 10, "index2.html"),
    "rtfund_xxpl.html": (f"{HOST}/main/gyrt/xxpl/index.shtml", 15, ""),
    "page_source_debug.html": (f"{HOST}/cn/view/pages/ItemList.html", 50, ""),
    **{f"江苏省_page_{number}.xml": (f"{HOST}/module/web/jpage/dataproxy.jsp", 76, "") for number in range(1, 6)},
    "hrfund_announcement.html": (f"{HOST}/news/information_2.html", 0, "information_3.html"),  # lists files alone
    "hsqhfunds_announcement.html": (f"{HOST}/front/list.jhtml", 0, ""),  # lists files alone
    "debug_page_1.html": (f"{HOST}/jxssthjt/col/col42150/index.html", 0, ""),  # filled in by a script
}


@pytest.fixture(scope="module")
def network() -> Any:
    if not NETWORK.exists():
        pytest.skip(f"needs {NETWORK}")
    spec = importlib.util.spec_from_file_location("newsnet", NETWORK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


class Site:
    """One rendered site of the test network."""

    def __init__(self, module: Any, number: int) -> None:
        self._server = module.Server(module.args(["--columns", str(COLUMNS), "--articles", "50", "--seed", "7"]))
        self._site = self._server.world.sites[number]
        self.base: str = self._site.base
        self.truth = {url_key(article.url): article for article in self._site.articles}
        self.columns = [self.base + module.list_path(self._site, column) for column in range(COLUMNS)]

    def body(self, url: str) -> bytes:
        _, status, page, _ = self._server.route(self._site, url.removeprefix(self.base))
        assert status == 200, url
        body: bytes = page.body
        return body

    def html(self, url: str) -> str:
        return self.body(url).decode("gb18030" if self._site.kind == "gbk" else "utf-8")


@pytest.fixture(params=range(5), ids=["gov", "media", "gbk", "php", "repub"])
def site(network: Any, request: pytest.FixtureRequest) -> Site:
    return Site(network, request.param)


def test_the_columns_of_a_site_are_the_first_that_are_proposed(site: Site) -> None:
    found = survey_home(site.html(f"{site.base}/"), f"{site.base}/")
    assert {url_key(column.url) for column in found.columns[:COLUMNS]} == {url_key(url) for url in site.columns}
    assert found.feeds == (f"{site.base}/rss.xml",)
    assert {entry.key for entry in found.articles} <= set(site.truth)
    assert len(found.articles) >= 40


def test_walking_the_columns_finds_every_article_and_nothing_else(site: Site) -> None:
    seen = {}
    for column in site.columns:
        url, walked = column, 0
        while url:
            walked += 1
            assert walked < 10, url
            page = read_index(site.html(url), url)
            assert is_listing(page)
            seen.update({entry.key: entry for entry in page.entries})
            url = page.next.url if page.next else ""
    assert set(seen) == set(site.truth)
    for key, article in site.truth.items():
        published = seen[key].published_at
        assert seen[key].title == article.title
        assert published is not None
        assert (published + timedelta(hours=8)).date() == article.date.date()


def test_feed_and_sitemap_give_the_same_keys(site: Site) -> None:
    feed = read_feed(site.body(f"{site.base}/rss.xml"), f"{site.base}/rss.xml")
    assert {entry.key for entry in feed.entries} < set(site.truth)
    assert {entry.entry_id for entry in feed.entries} == {str(site.truth[entry.key].aid) for entry in feed.entries}
    (sitemap,) = robots_sitemaps(site.body(f"{site.base}/robots.txt"))
    index = read_sitemap(site.body(sitemap), sitemap)
    pages = [read_sitemap(site.body(child.url), child.url) for child in index.children]
    assert {entry.key for page in pages for entry in page.entries} == set(site.truth)
    assert all(child.modified for child in index.children)


@pytest.mark.parametrize("ending", SAVED)
def test_a_saved_list_page_is_read(ending: str) -> None:
    index = PAGES / "index.jsonl"
    if not index.exists():
        pytest.skip(f"needs {index}")
    listings = [json.loads(line) for line in index.read_text("utf-8").splitlines()]
    (file,) = [each["file"] for each in listings if each["kind"] == "listing" and each["file"].endswith(ending)]
    url, count, following = SAVED[ending]
    page = read_index((PAGES / file).read_text("utf-8", "replace"), url)
    assert len(page.entries) >= count
    assert is_listing(page) == bool(count)
    assert (page.next.url.rpartition("/")[2] if page.next else "") == following
    assert bool(page.problem) == (ending == "debug_page_1.html")
    assert all(len(entry.title) >= 4 and not entry.url.endswith(".pdf") for entry in page.entries)
