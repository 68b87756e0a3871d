from dataclasses import replace
from datetime import timedelta

from crawler.walks import Step, Walk, children_due, entries_digest, gap, step
from storage.records import Entry, EntryState, KnownEntry, Listing, ListingId
from tests.crawler.shapes import HOUR, NOW, entries, entry, known_entry, listing


def walk_over(of: Listing, *pages: tuple[Entry, ...], known: dict[str, KnownEntry], full: bool = False) -> list[Step]:
    """The steps of a walk until it stops."""
    walk = Walk(listing=of, began_at=NOW, full=full)
    steps = []
    for page in pages:
        taken = step(walk, page, known)
        steps.append(taken)
        walk = taken.walk
        if taken.stop:
            break
    return steps


def remembered(*numbers: int, state: EntryState = EntryState.STORED) -> dict[str, KnownEntry]:
    return {each.key: known_entry(each, state=state) for each in entries(*numbers)}


def test_a_first_walk_goes_to_the_end_whatever_other_listings_have_seen() -> None:
    steps = walk_over(listing(read_at=None), entries(1, 2), entries(3, 4), known=remembered(1, 2, 3, 4))
    assert [each.stop for each in steps] == [False, False]


def test_an_unchanged_first_page_ends_the_walk() -> None:
    page = entries(1, 2, 3)
    of = listing(digest=entries_digest(page), head=tuple(each.key for each in page))
    assert walk_over(of, page, known=remembered(1, 2, 3))[0].stop


def test_a_known_page_and_five_more_end_the_walk() -> None:
    of = listing(digest=entries_digest(entries(2, 3, 4)))
    steps = walk_over(of, entries(1, 2, 3), entries(4, 5, 6), entries(7, 8, 9), known=remembered(*range(2, 10)))
    assert [each.stop for each in steps] == [False, False, True]


def test_one_known_entry_among_new_ones_does_not_end_the_walk() -> None:
    """A pinned old item on top of a page, or a late one between: the trap of stopping at the first known."""
    of = listing(digest=entries_digest(entries(90)))
    steps = walk_over(of, entries(90, 1, 2), entries(3, 4, 5), known=remembered(90))
    assert [each.stop for each in steps] == [False, False]


def test_what_a_walk_that_was_cut_off_has_seen_does_not_end_the_next() -> None:
    seen_since = {each.key: known_entry(each, first_seen_at=NOW - HOUR / 2) for each in entries(*range(1, 12))}
    steps = walk_over(listing(read_at=NOW - HOUR), entries(*range(1, 6)), entries(*range(6, 12)), known=seen_since)
    assert not any(each.stop for each in steps)


def test_a_pager_that_repeats_its_last_page_ends_the_walk() -> None:
    steps = walk_over(listing(read_at=None), entries(1, 2), entries(1, 2), known={})
    assert [each.stop for each in steps] == [False, True]


def test_a_full_walk_passes_known_pages() -> None:
    page = entries(*range(1, 10))
    assert not walk_over(listing(digest=entries_digest(page)), page, known=remembered(*range(1, 10)), full=True)[0].stop


def test_unknown_and_pending_entries_are_visited_and_settled_ones_are_not() -> None:
    known = remembered(1) | remembered(2, state=EntryState.PENDING) | remembered(3, state=EntryState.REFUSED)
    assert walk_over(listing(), entries(1, 2, 3, 4), known=known)[0].visit == entries(2, 4)


def test_a_full_walk_visits_everything() -> None:
    assert walk_over(listing(), entries(1, 2), known=remembered(1, 2), full=True)[0].visit == entries(1, 2)


def test_another_listing_that_shortens_a_headline_asks_for_nothing() -> None:
    of = replace(listing(), id=ListingId(7))
    known = {entry(1).key: known_entry(entry(1, title="一个长长的旧标题"))}
    assert walk_over(of, (entry(1, title="一个长长的…"),), known=known)[0].revisit == ()


def test_a_new_headline_of_a_stored_article_asks_for_it_again() -> None:
    known = {entry(1).key: known_entry(entry(1, title="旧标题"))}
    assert walk_over(listing(), (entry(1, title="新标题"),), known=known)[0].revisit == (entry(1).key,)


def test_what_vanishes_from_between_survivors_is_asked_for_again() -> None:
    of = listing(head=tuple(each.key for each in entries(1, 2, 3, 4)))
    assert walk_over(of, entries(1, 3), known=remembered(1, 2, 3, 4))[0].revisit == (entry(2).key,)


def test_what_was_pushed_off_the_first_page_is_not_asked_for_again() -> None:
    of = listing(head=tuple(each.key for each in entries(1, 2, 3)))
    assert walk_over(of, entries(0, 1, 2), known=remembered(1, 2, 3))[0].revisit == ()


def test_two_readings_without_overlap_are_a_gap() -> None:
    of = listing(head=tuple(each.key for each in entries(1, 2)))
    steps = walk_over(of, entries(11, 12), entries(13, 14), known=remembered(1, 2))
    assert gap(steps[-1].walk)


def test_an_overlap_on_a_deeper_page_is_no_gap() -> None:
    of = listing(head=tuple(each.key for each in entries(1, 2)))
    steps = walk_over(of, entries(11, 12), entries(13, 1), known=remembered(1, 2))
    assert not gap(steps[-1].walk)


def test_a_listing_that_another_names_is_read_when_its_claim_moves_or_after_a_day() -> None:
    quiet = listing(claimed="2026-11-20", read_claim="2026-11-20", parent=2)
    assert not children_due([quiet], NOW, ())
    assert children_due([listing(claimed="2026-11-21", read_claim="2026-11-20", parent=2)], NOW, ())
    assert children_due([quiet], NOW + timedelta(days=1), ())
    assert children_due([listing(read_at=None, parent=2)], NOW, ())


def test_the_latest_claims_of_a_changed_index_are_not_trusted() -> None:
    """An item dated tomorrow keeps the claim of its sitemap where it is until tomorrow has passed."""
    days = [f"2026-11-{day:02}" for day in range(1, 21)]
    named = [
        replace(listing(claimed=day, read_claim=day, parent=2), id=ListingId(10 + place))
        for place, day in enumerate(days)
    ]
    due = children_due(named, NOW, {ListingId(2)})
    assert [each.claimed_modified for each in due] == days[-5:]
    assert not children_due(named, NOW, {ListingId(3)})
