"""Sources: what a profile declares, what a hand adds, and what stays when either changes its mind."""

import pytest

from storage.errors import AlreadyExists, NotFound
from storage.intents import ListingsNamed
from storage.records import (
    Confidence,
    ListingKind,
    ListingSeed,
    Scope,
    SourceId,
    SourceKind,
    SourceRules,
    SourceState,
    Tls,
)
from storage.store import Store
from tests.builders import NOW, World, later, listing_read, new_source, publisher, seed

LUXI = "profile:luxi"


def test_a_source_comes_back_as_it_was_added(store: Store) -> None:
    new = new_source(
        "rm",
        kind=SourceKind.ELS,
        scope=Scope.DISTRICT,
        every_s=1800,
        confidence=Confidence.LOW,
        tls=Tls.UNVERIFIED,
        rules=SourceRules(dq="371702", dw=("1", "2"), catas=("9",), days=3),
        note="试用",
    )
    added = store.sources.add(new, NOW)
    assert added == store.sources.get("rm") == store.sources.by_id(added.id)
    names = ("key", "publisher", "kind", "url", "scope", "every_s", "confidence", "tls", "rules", "note", "declared_by")
    assert {name: getattr(added, name) for name in names} == {name: getattr(new, name) for name in names}
    assert (added.state, added.created_at, added.next_due_at, added.failures) == (SourceState.ACTIVE, NOW, NOW, 0)


def test_a_source_on_demand_is_never_due(store: Store) -> None:
    assert store.sources.add(new_source(every_s=None), NOW).next_due_at is None


def test_a_key_is_given_once(store: Store) -> None:
    store.sources.add(new_source(), NOW)
    with pytest.raises(AlreadyExists, match="source example exists already"):
        store.sources.add(new_source(), NOW)


def test_a_removed_source_can_be_added_again_and_keeps_its_number(store: Store) -> None:
    first = store.sources.add(new_source(), NOW)
    store.sources.set_state("example", SourceState.REMOVED, NOW)
    again = store.sources.add(new_source(url="http://www.example.cn/new/"), later(hours=1))
    assert (again.id, again.state, again.url) == (first.id, SourceState.ACTIVE, "http://www.example.cn/new/")


def test_an_unknown_source_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="no source nowhere"):
        store.sources.get("nowhere")
    with pytest.raises(NotFound):
        store.sources.by_id(SourceId(99))
    with pytest.raises(NotFound):
        store.sources.reschedule(SourceId(99), None, 0)
    with pytest.raises(NotFound):
        store.sources.add_listing(SourceId(99), seed())


def test_sources_are_listed_by_key_without_the_removed(store: Store) -> None:
    for key in ("c", "a", "b"):
        store.sources.add(new_source(key), NOW)
    store.sources.set_state("b", SourceState.REMOVED, NOW)
    assert [source.key for source in store.sources.list()] == ["a", "c"]
    assert [source.key for source in store.sources.list(include_removed=True)] == ["a", "b", "c"]


def test_applying_a_profile_twice_is_applying_it_once(store: Store) -> None:
    declared = [new_source("a", listings=(seed("x"), seed("y"))), new_source("b")]
    first = store.sources.apply(LUXI, declared, NOW)
    assert store.sources.apply(LUXI, declared, later(days=1)) == first
    assert len(store.sources.listings(first[0].id)) == 2
    assert {source.declared_by for source in first} == {LUXI}


def test_what_a_profile_no_longer_declares_is_removed_and_nothing_else(store: Store) -> None:
    store.sources.add(new_source("by-hand"), NOW)
    store.sources.apply("profile:other", [new_source("theirs")], NOW)
    store.sources.apply(LUXI, [new_source("a"), new_source("b")], NOW)
    store.sources.apply(LUXI, [new_source("b")], NOW)
    states = {source.key: source.state for source in store.sources.list(include_removed=True)}
    assert states == {
        "a": SourceState.REMOVED,
        "b": SourceState.ACTIVE,
        "by-hand": SourceState.ACTIVE,
        "theirs": SourceState.ACTIVE,
    }


def test_a_source_declared_again_comes_back(store: Store) -> None:
    store.sources.apply(LUXI, [new_source("a")], NOW)
    store.sources.apply(LUXI, [], NOW)
    assert store.sources.apply(LUXI, [new_source("a")], NOW)[0].state is SourceState.ACTIVE


def test_a_paused_source_stays_paused_and_keeps_its_time(store: Store) -> None:
    source = store.sources.apply(LUXI, [new_source("a")], NOW)[0]
    store.sources.reschedule(source.id, later(hours=3), failures=2)
    store.sources.set_state("a", SourceState.PAUSED, NOW)
    again = store.sources.apply(LUXI, [new_source("a", note="neu")], later(days=1))[0]
    assert (again.state, again.next_due_at, again.failures) == (SourceState.PAUSED, later(hours=3), 2)
    assert again.note == "neu"


def test_a_source_that_gets_a_schedule_is_due_at_once(store: Store) -> None:
    store.sources.apply(LUXI, [new_source("a", every_s=None)], NOW)
    assert store.sources.apply(LUXI, [new_source("a", every_s=60)], later(hours=1))[0].next_due_at == later(hours=1)
    assert store.sources.apply(LUXI, [new_source("a", every_s=None)], later(hours=2))[0].next_due_at is None


def test_a_profile_may_not_declare_a_key_twice(store: Store) -> None:
    with pytest.raises(AlreadyExists, match="declares it twice"):
        store.sources.apply(LUXI, [new_source("a"), new_source("a")], NOW)
    assert store.sources.list() == []


def test_two_sources_of_one_publisher_share_it_and_its_hosts(store: Store) -> None:
    first = store.sources.add(new_source("a", publisher=publisher(hosts=("a.example.cn",))), NOW)
    second = store.sources.add(new_source("b", publisher=publisher(hosts=("b.example.cn",))), NOW)
    assert first.publisher_id == second.publisher_id
    assert store.sources.get("a").publisher.hosts == ("a.example.cn", "b.example.cn")
    other = store.sources.add(new_source("c", publisher=publisher("别家")), NOW)
    assert other.publisher_id != first.publisher_id


def test_a_resumed_source_keeps_its_time(store: Store) -> None:
    source = store.sources.add(new_source(), NOW)
    store.sources.reschedule(source.id, later(days=2), 0)
    store.sources.set_state("example", SourceState.PAUSED, NOW)
    resumed = store.sources.set_state("example", SourceState.ACTIVE, later(hours=1))
    assert (resumed.state, resumed.next_due_at) == (SourceState.ACTIVE, later(days=2))


def test_a_resumed_source_that_lost_its_time_is_due_at_once(store: Store) -> None:
    source = store.sources.add(new_source(), NOW)
    store.sources.reschedule(source.id, None, 0)
    assert store.sources.set_state("example", SourceState.ACTIVE, later(hours=1)).next_due_at == later(hours=1)


def test_a_listing_is_added_once(store: Store) -> None:
    source = store.sources.add(new_source(), NOW)
    first = store.sources.add_listing(source.id, seed("x"))
    assert store.sources.add_listing(source.id, seed("x")) == first
    second = store.sources.add_listing(source.id, seed("y"), parent_id=first.id)
    assert store.sources.listings(source.id) == [first, second]
    assert (first.parent_id, second.parent_id, first.read_at, first.head) == (None, first.id, None, ())


def test_a_listing_that_is_no_longer_declared_is_not_read_and_neither_is_what_it_named(store: Store) -> None:
    source = store.sources.apply(LUXI, [new_source("a", listings=(seed("old"), seed("kept")))], NOW)[0]
    old = store.sources.listings(source.id)[0]
    found = store.sources.add_listing(source.id, seed("by-crawler"))
    store.sources.add_listing(source.id, seed("child"), parent_id=old.id)
    store.sources.apply(LUXI, [new_source("a", listings=(seed("kept"),))], NOW)
    listings = store.sources.listings(source.id)
    assert [listing.url.split("/")[-2] for listing in listings] == ["kept", "by-crawler"]
    assert listings[1] == found


def test_a_retired_listing_comes_back_with_what_was_read_of_it(world: World) -> None:
    store, source = world.store, world.source
    declared = new_source("example", listings=(seed("news"),))
    store.sources.apply("hand", [declared], NOW)
    world.record(listing_read(world.listing.id))
    store.sources.apply("hand", [new_source("example")], NOW)
    assert store.sources.listings(source.id) == []
    assert store.sources.add_listing(source.id, seed("news")).read_at == NOW
    assert [listing.read_at for listing in store.sources.listings(source.id)] == [NOW]


def test_the_end_of_a_walk_is_stored_with_the_listing(world: World) -> None:
    fresh = later(hours=3)
    read = listing_read(world.listing.id, at=later(hours=1), read_modified="2024-05-01", fresh_until=fresh)
    world.record(read)
    listing = world.store.sources.listings(world.source.id)[0]
    assert (listing.validators, listing.entries_digest, listing.head) == (
        read.validators,
        read.entries_digest,
        read.head,
    )
    assert (listing.read_at, listing.read_modified, listing.fresh_until) == (later(hours=1), "2024-05-01", fresh)


def test_a_listing_that_no_longer_says_how_long_it_is_fresh_is_not(world: World) -> None:
    world.record(listing_read(world.listing.id, at=later(hours=1), fresh_until=later(hours=3)))
    world.record(listing_read(world.listing.id, at=later(hours=2)))
    assert world.store.sources.listings(world.source.id)[0].fresh_until is None


def test_an_older_walk_does_not_undo_a_newer_one(world: World) -> None:
    world.record(listing_read(world.listing.id, at=later(hours=2), head=("new",)))
    world.record(listing_read(world.listing.id, at=later(hours=1), head=("old",)))
    assert world.store.sources.listings(world.source.id)[0].head == ("new",)


def test_listings_that_a_listing_names_are_added_once_and_their_claims_refreshed(world: World) -> None:
    url = "http://www.example.cn/sitemap-1.xml"
    for claim in ("2024-05-01", "2024-05-02"):
        world.record(ListingsNamed(parent_id=world.listing.id, children=((ListingKind.SITEMAP, url, claim),)))
    parent, child = world.store.sources.listings(world.source.id)
    assert (child.url, child.kind, child.parent_id) == (url, ListingKind.SITEMAP, parent.id)
    assert (child.claimed_modified, child.read_modified) == ("2024-05-02", "")


def test_a_listing_cannot_belong_to_a_parent_of_another_source(world: World) -> None:
    from storage.errors import DatabaseError

    other = world.store.sources.add(new_source("other"), NOW)
    with pytest.raises(DatabaseError, match="refuses a row"):
        world.store.sources.add_listing(
            other.id, ListingSeed(kind=ListingKind.FEED, url="http://x.cn/f"), parent_id=world.listing.id
        )
