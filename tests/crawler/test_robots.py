from datetime import timedelta

import pytest

from crawler.robots import LONGEST_DELAY_S, MAX_BYTES, fresh, read_robots
from storage.records import RobotsFile
from tests.crawler.shapes import NOW

SITE = "http://news.example.cn"


def robots(status: int, body: str = "") -> RobotsFile:
    return RobotsFile(origin=SITE, status=status, body=body.encode(), fetched_at=NOW)


@pytest.mark.parametrize("status", [0, 429, 500, 503])
def test_a_site_whose_robots_txt_cannot_be_read_is_closed(status: int) -> None:
    permissions = read_robots(robots(status))
    assert not permissions.allowed(f"{SITE}/")
    assert permissions.reason


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_site_without_robots_txt_is_open(status: int) -> None:
    assert read_robots(robots(status)).allowed(f"{SITE}/print/1.html")


def test_rules_hold_for_us_by_name_before_those_for_all() -> None:
    rules = read_robots(robots(200, "User-agent: *\nDisallow: /\n\nUser-agent: quxun\nDisallow: /print/\n"))
    assert rules.allowed(f"{SITE}/a.html")
    assert not rules.allowed(f"{SITE}/print/a.html")


def test_the_longest_rule_wins() -> None:
    rules = read_robots(robots(200, "User-agent: *\nDisallow: /a/\nAllow: /a/b/\n"))
    assert rules.allowed(f"{SITE}/a/b/1.html")
    assert not rules.allowed(f"{SITE}/a/1.html")


def test_crawl_delay_and_sitemaps_are_read() -> None:
    rules = read_robots(robots(200, "User-agent: *\nCrawl-delay: 3.5\n\nSitemap: http://news.example.cn/s.xml\n"))
    assert rules.delay_s == 3.5
    assert rules.sitemaps == ("http://news.example.cn/s.xml",)


def test_a_mistyped_crawl_delay_cannot_stop_a_source_for_ever() -> None:
    assert read_robots(robots(200, "User-agent: *\nCrawl-delay: 99999999\n")).delay_s == LONGEST_DELAY_S


def test_a_rule_that_was_cut_in_half_forbids_nothing() -> None:
    body = "User-agent: *\nDisallow: /print/\n" + "#\n" * (MAX_BYTES // 2)
    cut = (body[: MAX_BYTES - 11] + "\nDisallow: /archive/")[:MAX_BYTES]
    rules = read_robots(robots(200, cut))
    assert cut.endswith("Disallow: ")
    assert rules.allowed(f"{SITE}/a.html")
    assert not rules.allowed(f"{SITE}/print/a.html")


def test_a_web_page_instead_of_rules_forbids_nothing() -> None:
    assert read_robots(robots(200, "<html><body>404</body></html>")).allowed(f"{SITE}/a.html")


def test_a_file_is_kept_for_a_day_and_one_that_could_not_be_read_not_at_all() -> None:
    assert fresh(robots(200), NOW + timedelta(hours=23))
    assert fresh(robots(404), NOW + timedelta(hours=23))
    assert not fresh(robots(200), NOW + timedelta(hours=24))
    assert not fresh(robots(503), NOW)
    assert not fresh(robots(200), NOW - timedelta(hours=1))  # a clock that was set back
