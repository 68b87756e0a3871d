"""An archive for the tests that copy one: a row in every table, with what copying could change. All synthetic."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table, insert

from scheduler.follow import follow_stories
from storage.backup.archive import TABLES, Archive, open_archive
from storage.backup.transfer import Tally, tally
from storage.copies.lists import packed
from storage.records import (
    EntryState,
    IssueKind,
    Lead,
    Link,
    ListingKind,
    Person,
    Precision,
    ProcessRole,
    RobotsFile,
    Role,
    Schedule,
)
from storage.schema import (
    alarms,
    article_aliases,
    article_links,
    deliveries,
    fingerprints,
    fresh_fingerprints,
    fruitless_visits,
    hot_fingerprints,
    issues,
    listings,
    service_processes,
    story_wishes,
)
from storage.schema_listings import ListingStanding
from storage.store import Store
from tests.builders import NOW, entries_seen, later, revisit
from tests.quxun.stories import Press, extraction
from text.copies.relation import Kinship

#: With everything that a database or a file could take for something else.
WORDS = "“引号”、\t制表、\\n、\\N、%、'、\";--、👩‍👩‍👧、\u2028、é、\x1f，完。"


def fill(store: Store) -> Press:
    """Put at least one row into every table; a table that gets none is named."""
    press = Press(store, "district-news", note=WORDS, schedule=Schedule(cron="0 7 * * *"))
    press.record(entries_seen(press.listing.id, "1", "2", "3", at=later(days=-1)))
    read = extraction(
        text=WORDS,
        byline=(Person(name="甘霖", role=Role.REPORTER), Person(name="O'Neil", role=Role.PHOTO)),
        published_precision=Precision.MONTH,
        issue_date=date(1999, 12, 31),
        truncated=True,
        images=(Link(url="http://www.example.cn/1.jpg?a=1&b=2", label=WORDS),),
        leads=(Lead(title="别的", snippet="", published_at=NOW + timedelta(microseconds=1)),),
        evidence={"z": "1", "a": WORDS},
    )
    press.publish("1", read)
    press.publish("2", extraction(title="第二条"), payload=bytes(range(256)) * 40)
    known = press.knows("example.cn/art/2.html")
    assert known is not None
    press.visit(revisit(known, later(hours=3, microseconds=7), name="2"))
    store.robots.put(RobotsFile(origin="http://www.example.cn", status=200, body=b"\x00\xff\r\n", fetched_at=NOW))
    follow_stories(store, NOW)
    with store.database.write() as connection:
        for table, values in _more(press).items():
            for each in values:
                connection.execute(insert(table).values(each))
    counts = tally_of(store).counts
    empty = [table.name for table in TABLES if not counts[table.name]]
    assert not empty, f"the archive of the tests has no row in {empty}"
    return press


def _more(press: Press) -> dict[Table, list[dict[str, Any]]]:
    source, run = press.source.id, press.run.id
    listing = {
        "source_id": source,
        "kind": ListingKind.SITEMAP,
        "standing": ListingStanding.FOUND,
        **dict.fromkeys(("etag", "last_modified", "claimed_modified", "read_modified"), ""),
        "head": ["b", "a"],
    }
    return {
        # The row of a child stands before the one of its parent.
        listings: [
            {**listing, "id": 90, "url": "http://www.example.cn/sitemap.xml"},
            {**listing, "id": 80, "url": "http://www.example.cn/1.xml", "parent_id": 90},
        ],
        fingerprints: [{"h": each, "article_ids": packed([1, 2])} for each in (-(2**47), 2**47 - 1)],
        fresh_fingerprints: [{"id": 2**41, "pairs": 1, "packed": bytes(16)}],
        hot_fingerprints: [{"id": 2**40, "packed": bytes(8)}],
        article_links: [{"article_id": 1, "other_id": 2, "kinship": Kinship.EXCERPT, "evidence": WORDS}],
        story_wishes: [
            {
                "article_id": 1,
                "other_id": 2,
                "together": False,
                "asked_by": "甘霖",
                "asked_at": NOW,
                "reason": WORDS,
            }
        ],
        article_aliases: [{"publisher_id": press.source.publisher_id, "alias": "一号", "article_id": 1}],
        issues: [
            {"run_id": run, "kind": IssueKind.GAP, "url": "u" * 2000, "detail": WORDS, "count": 2, "created_at": NOW}
        ],
        fruitless_visits: [
            {
                "run_id": run,
                "url": "http://www.example.cn/art/3.html",
                "outcome": EntryState.REFUSED,
                "captured_at": later(hours=-30),
                "status": 200,
                "detail": "",
            }
        ],
        service_processes: [
            {
                "role": ProcessRole.WORKER,
                "machine": "elsewhere",
                "pid": 4711,
                "code_version": "0",
                "started_at": later(days=-9),
                "seen_at": later(days=-8),
                "leads": False,
                "runs": 0,
                "places": 5,
            }
        ],
        alarms: [
            {
                "key": "blocked district-news",
                "kind": "blocked",
                "source_id": source,
                "headline": WORDS,
                "detail": "",
                "count": count,
                "opened_at": NOW,
                "last_seen_at": NOW,
                "closed_at": closed_at,
            }
            for count, closed_at in ((1, later(hours=1)), (2, later(hours=2)), (3, None))
        ],
        deliveries: [
            {"subject": "alarm 1", "channel": "mail", "delivered_at": None, "attempts": 1, "problem": WORDS},
            {"subject": "alarm 1", "channel": "chat", "delivered_at": NOW, "attempts": 3, "problem": ""},
        ],
    }


def url_of(store: Store) -> str:
    """The URL with which another process opens the store."""
    return store.database.engine.url.render_as_string(hide_password=False)


@contextmanager
def archive_of(store: Store) -> Iterator[Archive]:
    with open_archive(url_of(store), busy_timeout_s=1.0) as archive:
        yield archive


def tally_of(store: Store) -> Tally:
    """What the store holds, in a form that is equal for equal archives."""
    with archive_of(store) as archive, archive.held_still() as ends:
        return tally(ends, ignored)


def ignored(doing: str, done: int, total: int) -> None:
    """Nobody watches."""
