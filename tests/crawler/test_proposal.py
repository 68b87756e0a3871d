import pytest

from crawler.proposal import Found, choose, dated_layout, newest, source_key, source_of
from storage.records import ListingKind, ListingSeed, SourceKind
from tests.crawler.shapes import entries, entry


def found(kind: ListingKind, *numbers: int, path: str = "x") -> Found:
    seed = ListingSeed(kind=kind, url=f"http://news.example.cn/{path}")
    return Found(seed=seed, title=path, entries=entries(*numbers))


HOME = found(ListingKind.INDEX, 1, 2, 3, 4, 5, path="")


def test_a_sitemap_that_is_kept_up_covers_a_site_alone() -> None:
    sitemap = found(ListingKind.SITEMAP, *range(1, 100))
    feed = found(ListingKind.FEED, *range(1, 30))
    assert choose(HOME, [sitemap], [feed], []) == (sitemap,)


def test_a_sitemap_that_is_not_kept_up_is_left() -> None:
    stale = found(ListingKind.SITEMAP, *range(50, 100))
    column = found(ListingKind.INDEX, *range(1, 21), path="yw")
    assert choose(HOME, [stale], [], [column]) == (column,)


def test_a_feed_is_taken_beside_a_sitemap_when_it_shows_more() -> None:
    sitemap, feed = found(ListingKind.SITEMAP, *range(1, 100)), found(ListingKind.FEED, 1, 2, 200)
    assert choose(HOME, [sitemap], [feed], []) == (sitemap, feed)


def test_columns_are_taken_for_what_only_they_list() -> None:
    one, same, two = (
        found(ListingKind.INDEX, *range(1, 21), path="yw"),
        found(ListingKind.INDEX, *range(1, 20), path="yw2"),
        found(ListingKind.INDEX, *range(30, 50), path="ms"),
    )
    assert choose(HOME, [], [], [one, same, two]) == (one, two)


def test_the_home_page_stands_in_for_what_nothing_else_lists() -> None:
    column = found(ListingKind.INDEX, 1, 2, 3, path="yw")
    assert choose(HOME, [], [], [column]) == (column, HOME)
    assert choose(HOME, [], [], []) == (HOME,)


def test_a_site_with_listings_of_several_kinds_is_a_site() -> None:
    feed, column = found(ListingKind.FEED, 1), found(ListingKind.INDEX, 2)
    assert source_of("http://news.example.cn/", "", "news.example.cn", [feed]).kind is SourceKind.FEED
    assert source_of("http://news.example.cn/", "", "news.example.cn", [feed, column]).kind is SourceKind.SITE


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.example.cn/", "example.cn"),
        ("http://127.0.1.10:8080/", "127.0.1.10-8080"),
        ("https://heze.example.com/qx/lxxq/index.html", "heze.example.com-qx-lxxq"),
    ],
)
def test_keys_can_be_typed(url: str, key: str) -> None:
    assert source_key(url) == key


def test_a_newspaper_s_address_becomes_a_pattern_of_days() -> None:
    url = "http://www.example.cn/lhwb/pc/layout/202611/20/node_A1.html"
    assert dated_layout(url) == "http://www.example.cn/lhwb/pc/layout/%Y%m/%d/node_A1.html"
    assert dated_layout("http://www.example.cn/lhwb/") == ""


def test_a_preview_shows_the_latest_claims_first() -> None:
    listing = Found(
        seed=ListingSeed(kind=ListingKind.SITEMAP, url="http://news.example.cn/s.xml"),
        title="sitemap",
        entries=(entry(1, modified="2026-11-18"), entry(2), entry(3, modified="2026-11-20")),
    )
    assert newest([listing], 2) == (listing.entries[2], listing.entries[0])
