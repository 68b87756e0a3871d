"""What a publisher asks of its visitors: when to come again, and what need not be read again yet."""

import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crawler.freshness import LONGEST_FRESH
from crawler.patience import FIRST_WAIT
from storage.records import (
    IssueKind,
    Listing,
    ListingKind,
    ListingSeed,
    Publisher,
    Run,
    RunStatus,
    SourceKind,
    SourceRules,
)
from storage.runs import SCHEDULED
from tests.builders import new_source
from tests.flow.hostile_server import Behaviour, HostileServer, answer, article, redirect, status, title
from tests.flow.installation import BareInstallation

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

#: A run in these tests is over within it.
MINUTE = timedelta(minutes=1)


def rss(*paths: str, ttl: str = "", **fields: object) -> Behaviour:
    """A feed of the paths."""
    items = "".join(f"<item><title>{title(n)}</title><link>{path}</link></item>" for n, path in enumerate(paths, 1))
    head = f"<ttl>{ttl}</ttl>" if ttl else ""
    xml = f"<rss version='2.0'><channel><title>x</title>{head}{items}</channel></rss>"
    return answer(xml, 200, "application/rss+xml", **fields)


def poll(installed: BareInstallation, site: HostileServer, *others: ListingSeed, hosts: tuple[str, ...] = ()) -> None:
    """Add the site's feed as a source, and other listings beside it; `hosts` are further ones of its publisher."""
    seeds = (ListingSeed(kind=ListingKind.FEED, url=f"{site.url}/feed.xml"), *others)
    publisher = Publisher(name="x", hosts=hosts)
    new = new_source("site", kind=SourceKind.SITE, url=f"{site.url}/", listings=seeds, publisher=publisher)
    installed.store.sources.add(new, datetime.now(UTC))


def run(installed: BareInstallation, requested_by: str = SCHEDULED, **wish: object) -> Run:
    [ended] = installed.crawl(requested_by=requested_by, **wish).runs
    return ended


def listings(installed: BareInstallation) -> list[Listing]:
    return installed.store.sources.listings(installed.store.sources.get("site").id)


def said(installed: BareInstallation, ended: Run) -> dict[IssueKind, str]:
    return {issue.kind: issue.detail for issue in installed.store.issues.list(run_id=ended.id)}


def asked_in(ended: Run) -> timedelta:
    """How long after its end a run's source may be visited again."""
    assert ended.asked_until is not None
    assert ended.finished_at is not None
    # The gate counts on the monotonic clock, the row is written by the wall clock: they may differ by a little.
    return ended.asked_until - ended.finished_at - timedelta(seconds=1)


# ------------------------------------------------------------------ freshness
def test_a_listing_that_is_fresh_is_left_alone_by_runs_that_nobody_asked_for(
    installed: BareInstallation, site: HostileServer
) -> None:
    site.table = {"/feed.xml": rss("/1.html", Cache_Control="max-age=3600"), "/1.html": answer(article(1))}
    poll(installed, site)
    first = run(installed)
    assert first.counters.new == 1
    assert timedelta(hours=1) - MINUTE < asked_in(first) <= timedelta(hours=1)
    [listing] = listings(installed)
    assert listing.fresh_until == first.asked_until

    site.table["/feed.xml"] = rss("/1.html", "/2.html")
    site.table["/2.html"] = answer(article(2))
    again = run(installed)
    assert (again.status, again.reason, again.counters.requests) == (RunStatus.SUCCEEDED, "", 0)
    assert again.asked_until == first.asked_until
    assert listings(installed) == [listing]

    asked = run(installed, requested_by="crawl")
    assert asked.counters.new == 1
    assert asked.asked_until is None
    assert listings(installed)[0].fresh_until is None


def test_a_full_run_reads_what_is_fresh(installed: BareInstallation, site: HostileServer) -> None:
    site.table = {"/feed.xml": rss(Cache_Control="max-age=3600")}
    poll(installed, site)
    run(installed)
    assert run(installed).counters.requests == 0
    assert run(installed, full=True).counters.requests == 1


def test_what_a_feed_says_of_itself_holds_as_long_as_it_is_unchanged(
    installed: BareInstallation, site: HostileServer
) -> None:
    site.table = {"/feed.xml": rss("/1.html", ttl="30", ETag='"1"'), "/1.html": answer(article(1))}
    poll(installed, site)
    assert timedelta(minutes=29) < asked_in(run(installed)) <= timedelta(minutes=30)
    [before] = listings(installed)
    site.table["/feed.xml"] = status(304, ETag='"1"')
    unchanged = run(installed, requested_by="crawl")
    [after] = listings(installed)
    assert unchanged.status is RunStatus.SUCCEEDED
    assert before.read_at is not None
    assert after.read_at is not None
    assert before.fresh_until is not None
    assert after.fresh_until == after.read_at + (before.fresh_until - before.read_at)
    assert unchanged.asked_until == after.fresh_until


def test_a_304_may_say_anew_how_long_it_is_fresh(installed: BareInstallation, site: HostileServer) -> None:
    site.table = {"/feed.xml": rss(Cache_Control="max-age=600", ETag='"1"')}
    poll(installed, site)
    run(installed)
    site.table["/feed.xml"] = status(304, Cache_Control="max-age=86400")
    assert LONGEST_FRESH - MINUTE < asked_in(run(installed, requested_by="crawl")) <= LONGEST_FRESH


def test_a_source_rests_only_while_all_its_listings_are_fresh(installed: BareInstallation, site: HostileServer) -> None:
    site.table = {
        "/feed.xml": rss("/1.html", Cache_Control="max-age=600"),
        "/other.xml": rss("/1.html"),
        "/1.html": answer(article(1)),
    }
    poll(installed, site, ListingSeed(kind=ListingKind.FEED, url=f"{site.url}/other.xml"))
    assert run(installed).asked_until is None
    site.hits.clear()
    assert run(installed).status is RunStatus.SUCCEEDED
    assert set(site.paths()) == {"/other.xml"}


def test_a_run_that_left_something_asks_for_no_rest(installed: BareInstallation, site: HostileServer) -> None:
    with HostileServer({"/robots.txt": status(503)}) as other:
        site.table = {"/feed.xml": rss("/1.html", f"{other.url}/2.html", Cache_Control="max-age=600")}
        site.table["/1.html"] = answer(article(1))
        poll(installed, site, hosts=(other.url.removeprefix("http://"),))
        ended = run(installed)
    assert (ended.counters.new, ended.counters.pending) == (1, 1)
    assert ended.asked_until is None


def test_a_newspaper_s_page_says_nothing_of_the_next_issue(installed: BareInstallation, site: HostileServer) -> None:
    today = datetime.now(ZoneInfo("Asia/Shanghai"))
    issue = f"/{today:%Y%m/%d}/node_A1.html"
    layout = "<map name='PagePicMap'><area href='/c/content_1.html' title='x'></map>"
    site.table = {issue: answer(layout, Cache_Control="max-age=3600"), "/c/content_1.html": answer(article(1))}
    rules = SourceRules(layout=f"{site.url}/%Y%m/%d/node_A1.html", days=2)
    new = new_source("site", kind=SourceKind.EPAPER, url=f"{site.url}/", rules=rules)
    installed.store.sources.add(new, datetime.now(UTC))
    first = run(installed)
    assert (first.counters.new, first.asked_until) == (1, None)
    [listing] = listings(installed)
    assert listing.fresh_until is not None
    site.hits.clear()
    again = run(installed)
    assert (again.status, again.asked_until) == (RunStatus.SUCCEEDED, None)
    assert issue not in site.paths()


# ------------------------------------------------------------------ patience
@pytest.mark.parametrize("code", [429, 503])
def test_a_listing_that_asks_for_more_patience_than_a_run_has_is_given_it(
    installed: BareInstallation, site: HostileServer, code: int
) -> None:
    site.table = {"/feed.xml": status(code, Retry_After="3600")}
    poll(installed, site, ListingSeed(kind=ListingKind.SITEMAP, url=f"{site.url}/map.xml"))
    ended = run(installed)
    assert ended.status is RunStatus.FAILED
    assert timedelta(hours=1) - MINUTE < asked_in(ended) <= timedelta(hours=1)
    assert set(said(installed, ended)) == {IssueKind.ASKED_TO_WAIT}
    assert site.paths() == {"/robots.txt": 1, "/feed.xml": 1}


def test_an_article_that_asks_for_patience_asks_for_its_whole_site(
    installed: BareInstallation, site: HostileServer
) -> None:
    pages = [f"/{number}.html" for number in range(1, 41)]
    site.table = {"/feed.xml": rss(*pages, Cache_Control="max-age=60")}
    site.table |= {page: status(429, Retry_After="7200") for page in pages}
    poll(installed, site)
    ended = run(installed)
    assert timedelta(hours=2) - MINUTE < asked_in(ended) <= timedelta(hours=2)
    assert IssueKind.ASKED_TO_WAIT in said(installed, ended)
    assert ended.counters.pending > 0
    assert sum(site.paths()[page] for page in pages) <= installed.options.manners.per_host


def test_a_stranger_that_a_page_leads_to_does_not_put_off_the_source(
    installed: BareInstallation, site: HostileServer
) -> None:
    with HostileServer({"/a.html": status(503, Retry_After="99999")}, "127.0.0.2") as stranger:
        site.table = {"/feed.xml": rss("/1.html"), "/1.html": redirect(f"{stranger.url}/a.html")}
        poll(installed, site)
        ended = run(installed)
        assert stranger.paths()["/a.html"] == 1
    assert ended.asked_until is None


def test_a_site_that_turns_us_away_for_asking_too_much_is_left_alone_for_an_hour(
    installed: BareInstallation, site: HostileServer
) -> None:
    pages = [f"/{number}.html" for number in range(1, 9)]
    site.table = {"/feed.xml": rss(*pages)} | {page: status(429, Retry_After="0") for page in pages}
    poll(installed, site)
    ended = run(installed)
    assert IssueKind.BLOCKED in said(installed, ended)
    assert FIRST_WAIT - MINUTE < asked_in(ended) <= FIRST_WAIT


def test_a_crawl_delay_longer_than_a_run_can_wait_is_one_request_a_run(
    installed: BareInstallation, site: HostileServer
) -> None:
    delay = timedelta(seconds=200)
    site.table = {
        "/robots.txt": answer("User-agent: *\nCrawl-delay: 200", kind="text/plain"),
        "/feed.xml": rss("/1.html", "/2.html"),
        "/1.html": answer(article(1)),
        "/2.html": answer(article(2)),
    }
    poll(installed, site)
    first = run(installed)
    assert site.paths() == {"/robots.txt": 1, "/feed.xml": 1}
    assert first.status is RunStatus.DEGRADED
    assert (first.counters.pending, first.counters.failed) == (2, 0)
    assert delay - MINUTE < asked_in(first) <= delay
    assert "asks for 200 s between two requests" in said(installed, first)[IssueKind.ASKED_TO_WAIT]

    site.hits.clear()
    early = run(installed)
    assert not site.hits
    assert early.status is RunStatus.FAILED
    assert asked_in(early) <= delay

    asked: list[set[str]] = []
    for _ in range(4):
        rest(installed, site)
        site.hits.clear()
        run(installed)
        asked.append(set(site.paths()))
    assert asked == [{"/1.html"}, {"/feed.xml"}, {"/2.html"}, {"/feed.xml"}]
    assert len(installed.articles()) == 2


def rest(installed: BareInstallation, site: HostileServer) -> None:
    """Make the last visit of the site long ago."""
    name = site.url.removeprefix("http://").replace(":", "_")
    long_ago = datetime.now(UTC).timestamp() - 3600
    os.utime(installed.home / "locks" / f"{name}.visited", (long_ago, long_ago))
