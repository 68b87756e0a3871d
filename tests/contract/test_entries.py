"""Entries: which are due, what refreshes them, and what a visit makes of them."""

from datetime import date

import pytest

from storage.errors import NotFound
from storage.intents import EntriesSeen
from storage.records import EntryState, ListingId, Precision, SourceId
from tests.builders import (
    NOW,
    World,
    disallowed,
    entries_seen,
    entry,
    failed,
    gone,
    later,
    listing_read,
    new_article,
    off_district,
    refused,
    seed,
    url,
    visited,
)


def see(world: World, *seen: object, hours: float = 0, listing: ListingId | None = None) -> None:
    world.record(
        EntriesSeen(
            listing_id=listing or world.listing.id,
            entries=seen,  # type: ignore[arg-type]
            seen_at=later(hours=hours),
        )
    )


def test_an_entry_comes_back_as_it_was_seen(world: World) -> None:
    full = entry(
        published_at=NOW,
        published_precision=Precision.MINUTE,
        modified="2024-05-01T12:00:00+08:00",
        entry_id="tag:1",
        page="第A2版:要闻",
        issue_date=date(2024, 5, 1),
        content="<p>正文</p>",
    )
    see(world, full)
    known = world.entry_of()
    assert known.entry == full
    assert (known.state, known.listing_id, known.attempts) == (EntryState.PENDING, world.listing.id, 0)
    assert (known.first_seen_at, known.last_seen_at, known.visited_at, known.retry_at) == (NOW, NOW, None, None)


def test_only_known_keys_are_answered(world: World) -> None:
    see(world, entry("1"))
    assert list(world.store.entries.known(world.source.id, [url("1"), url("2")])) == [url("1")]
    assert world.store.entries.known(world.source.id, []) == {}


def test_a_known_entry_is_refreshed(world: World) -> None:
    see(world, entry(title="旧题"))
    see(world, entry(title="新题", modified="2", published_at=NOW), hours=1)
    known = world.entry_of()
    assert (known.entry.title, known.entry.modified, known.entry.published_at) == ("新题", "2", NOW)
    assert (known.first_seen_at, known.last_seen_at) == (NOW, later(hours=1))


def test_what_a_listing_leaves_out_stays(world: World) -> None:
    see(world, entry(title="标题", modified="1", published_at=NOW))
    see(world, entry(title="", published_at=later(days=1)), hours=1)
    known = world.entry_of().entry
    assert (known.title, known.modified, known.published_at) == ("标题", "1", NOW)


def test_an_older_reading_told_late_refreshes_nothing(world: World) -> None:
    see(world, entry(title="新题"), hours=2)
    see(world, entry(title="旧题"), hours=1)
    assert world.entry_of().entry.title == "新题"
    assert world.entry_of().last_seen_at == later(hours=2)


def test_the_listing_of_an_entry_is_the_first_that_named_it(world: World) -> None:
    other = world.store.sources.add_listing(world.source.id, seed("other"))
    see(world, entry("1"))
    see(world, entry("1"), entry("2"), hours=1, listing=other.id)
    assert list(world.store.entries.of_listing(world.listing.id)) == [url("1")]
    assert list(world.store.entries.of_listing(other.id)) == [url("2")]


def test_two_listings_that_word_one_change_differently_do_not_make_it_due_after_every_reading(world: World) -> None:
    sitemap = world.store.sources.add_listing(world.source.id, seed("sitemap")).id
    for hours in (0, 1, 2):
        see(world, entry(modified="Wed, 01 May 2024 04:00:00 GMT", title="长标题"), hours=hours)
        see(world, entry(modified="2024-05-01", title="长…"), hours=hours, listing=sitemap)
        if hours == 0:
            stand = world.entry_of().entry.modified
            world.record(new_article(visited=visited(entry_modified=stand)))
    assert world.due(later(hours=3)) == []
    assert world.entry_of().entry.title == "长标题"


def test_a_listing_that_fell_silent_no_longer_speaks_for_an_entry(world: World) -> None:
    archive = world.store.sources.add_listing(world.source.id, seed("archive")).id
    see(world, entry(modified="1"))
    world.record(new_article(visited=visited(entry_modified="1")))
    world.record(listing_read(world.listing.id, at=later(days=2)))
    see(world, entry(modified="2"), hours=49, listing=archive)
    assert world.due(later(days=3)) == ["1"]


def test_an_entry_that_was_added_by_hand_gets_the_listing_that_names_it(world: World) -> None:
    world.store.entries.add(world.source.id, [entry()], NOW)
    assert world.entry_of().listing_id is None
    see(world, entry(), hours=1)
    assert world.entry_of().listing_id == world.listing.id


def test_an_entry_twice_on_a_page_is_one_entry(world: World) -> None:
    see(world, entry("1", title="甲"), entry("2"), entry("1", title="乙"))
    assert world.due() == ["1", "2"]


@pytest.mark.parametrize("page", [1, 100])
def test_the_newest_claim_is_due_first_and_claims_come_before_none(world: World, page: int) -> None:
    see(
        world,
        entry("none-1"),
        entry("old", published_at=NOW),
        entry("none-2"),
        entry("new", published_at=later(hours=1)),
        entry("modified", modified="2024-05-01"),
    )
    order = ["new", "old", "modified", "none-1", "none-2"]
    assert world.due() == order
    first = world.store.entries.due(world.source.id, NOW, page)
    assert [known.entry.url for known in first] == [url(name) for name in order[:page]]


def test_a_settled_entry_is_not_due_again(world: World) -> None:
    world.record(entries_seen(world.listing.id, "1", "2", "3", "4"))
    world.record(new_article("1"), refused("2"), off_district("3"), gone(name="4"))
    assert world.due(later(days=400)) == []
    assert world.store.entries.counts(world.source.id) == {
        EntryState.STORED: 1,
        EntryState.REFUSED: 1,
        EntryState.OFF_DISTRICT: 1,
        EntryState.GONE: 1,
    }


@pytest.mark.parametrize("outcome", [new_article("1"), refused("1"), off_district("1"), gone(name="1")])
def test_a_settled_entry_is_due_again_once_its_claim_changes(world: World, outcome: object) -> None:
    see(world, entry())
    world.record(outcome)
    see(world, entry(modified="2024-05-02"), hours=1)
    assert world.due(later(hours=1)) == ["1"]
    world.visit(new_article("1", at=later(hours=2), visited=visited(at=later(hours=2), entry_modified="2024-05-02")))
    assert world.due(later(hours=3)) == []
    assert world.entry_of().visited_modified == "2024-05-02"


def test_a_failed_entry_waits_for_its_time(world: World) -> None:
    see(world, entry(modified="1"))
    world.record(failed(retry_at=later(hours=1)))
    see(world, entry(modified="2"), hours=0.5)
    assert world.due(later(minutes=59)) == []
    assert world.due(later(hours=1)) == ["1"]


def test_failures_in_a_row_are_counted_until_one_visit_succeeds(world: World) -> None:
    see(world, entry())
    for hours in (1, 2, 3):
        world.visit(failed(at=later(hours=hours)))
    assert (world.entry_of().state, world.entry_of().attempts) == (EntryState.FAILED, 3)
    world.visit(new_article(at=later(hours=4)))
    known = world.entry_of()
    assert (known.state, known.attempts, known.retry_at) == (EntryState.STORED, 0, None)
    assert known.visited_at == later(hours=4)


def test_an_older_visit_told_late_does_not_settle_an_entry_anew(world: World) -> None:
    see(world, entry())
    world.visit(new_article(at=later(hours=2)))
    world.visit(failed(at=later(hours=1)))
    assert world.entry_of().state is EntryState.STORED


def test_an_entry_that_a_listing_wants_revisited_is_due_until_it_is_visited(world: World) -> None:
    world.record(entries_seen(world.listing.id, "1", "2"))
    world.record(new_article("1"), new_article("2"))
    again = entries_seen(world.listing.id, "2", at=later(hours=1), revisit=("1",))
    world.record(again)
    assert world.due(later(hours=1)) == ["1"]
    world.visit(gone(world.known("1"), "1", later(hours=2)))
    assert world.due(later(hours=3)) == []
    world.record(again)
    assert world.due(later(hours=3)) == []


def test_a_disallowed_entry_is_asked_again_with_the_next_robots_file(world: World) -> None:
    see(world, entry())
    world.record(disallowed())
    known = world.entry_of()
    assert (known.state, known.visited_at, known.retry_at) == (EntryState.DISALLOWED, None, later(hours=24))
    assert world.due(later(hours=23)) == []
    assert world.due(later(hours=24)) == ["1"]


def test_an_entry_added_by_hand_is_due_and_due_again(world: World) -> None:
    world.store.entries.add(world.source.id, [entry("1"), entry("2")], NOW)
    assert world.due() == ["1", "2"]
    world.record(new_article("1"), failed("2"))
    assert world.due() == []
    world.store.entries.add(world.source.id, [entry("1"), entry("2")], later(minutes=1))
    assert world.due(later(minutes=1)) == ["1", "2"]


def test_entries_of_another_source_are_not_touched(world: World) -> None:
    other = World(world.store, "other", url="http://other.example.cn/")
    see(world, entry())
    other.record(entries_seen(other.listing.id, "1"))
    world.record(new_article("1"))
    assert world.due() == []
    assert other.due() == ["1"]


def test_what_belongs_to_nothing_is_not_found(world: World) -> None:
    with pytest.raises(NotFound, match="no listing 99"):
        world.record(entries_seen(ListingId(99), "1"))
    with pytest.raises(NotFound, match="no listing 99"):
        world.record(listing_read(ListingId(99)))
    with pytest.raises(NotFound, match="no source 99"):
        world.store.entries.add(SourceId(99), [entry()], NOW)


def test_a_long_listing_is_read_in_pieces(world: World) -> None:
    names = [str(number) for number in range(2500)]
    world.record(entries_seen(world.listing.id, *names))
    world.record(entries_seen(world.listing.id, *names, "2500", at=later(hours=1)))
    known = world.store.entries.known(world.source.id, [url(name) for name in names])
    assert len(known) == 2500
    assert {entry.last_seen_at for entry in known.values()} == {later(hours=1)}
    assert world.store.entries.counts(world.source.id) == {EntryState.PENDING: 2501}
