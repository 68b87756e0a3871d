"""What holds for every sequence of visits, on every database."""

from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.intents import Intent, Recorded
from storage.records import ChangeKind, KnownArticle, Takedown
from storage.store import Store
from tests.builders import (
    NOW,
    World,
    digest,
    disallowed,
    entries_seen,
    failed,
    gone,
    issue_seen,
    later,
    listing_read,
    new_article,
    new_revision,
    off_district,
    refused,
    revisit,
    same_revision,
    url,
    withheld,
)
from tests.contract.conftest import OpenStore

NAMES = ("1", "2")
WORDS = ("甲", "乙", "丙")

# Every example needs a database of its own: fewer of them, or PostgreSQL takes minutes.
few = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

moments = st.integers(0, 8).map(lambda hours: later(hours=hours))
names = st.sampled_from(NAMES)
words = st.sampled_from(WORDS)

#: What one step of a sequence does; made into an intent once it is known what the store knows.
steps = st.tuples(
    st.sampled_from(
        [
            *("new", "alias", "revision", "same", "revisit", "gone", "refused", "off", "failed", "withheld"),
            *("seen", "asked", "read", "issue", "disallowed"),
        ]
    ),
    names,
    words,
    moments,
)


def intent_of(world: World, step: tuple[str, str, str, datetime]) -> Intent | None:
    """The intent of a step; None where it needs what is not there."""
    kind, name, text, at = step
    listing = world.listing.id
    simple: dict[str, Any] = {
        "new": lambda: new_article(name, text, at),
        "alias": lambda: new_article(f"{name}b", text, at, aliases=(url(name),)),
        "refused": lambda: refused(name, at),
        "off": lambda: off_district(name, at),
        "failed": lambda: failed(name, at),
        "seen": lambda: entries_seen(listing, name, at=at),
        "asked": lambda: entries_seen(listing, at=at, revisit=(name,)),
        "read": lambda: listing_read(listing, at=at),
        "issue": lambda: issue_seen(name=name, detail=text),
        "disallowed": lambda: disallowed(name, at),
    }
    if kind in simple:
        return simple[kind]()  # type: ignore[no-any-return]
    known = world.store.articles.known(world.source.publisher_id, [url(name)]).get(url(name))
    if known is None or (kind == "withheld" and known.takedown is None):
        return None
    return _of_known(kind, known, name, text, at)


def _of_known(kind: str, known: KnownArticle, name: str, text: str, at: datetime) -> Intent:
    match kind:
        case "revision":
            return new_revision(known, text, at, name=name)
        case "same":
            return same_revision(known, text, f"bytes of {text}", at)
        case "revisit":
            return revisit(known, at, name=name)
        case "gone":
            return gone(known, name, at)
        case _:
            return withheld(known, at)


def state(world: World) -> tuple[object, ...]:
    """Everything that can be read of a store."""
    store = world.store
    articles = store.articles.list(include_taken_down=True)
    return (
        articles,
        [store.articles.snapshots(article.id) for article in articles],
        [store.articles.revisions(article.id) for article in articles],
        store.entries.known(world.source.id, [url(name) for name in ("1", "2", "1b", "2b")]),
        [store.entries.due(world.source.id, later(hours=hours)) for hours in (0, 4, 40)],
        store.sources.listings(world.source.id),
        store.issues.list(),
        store.changes.after(0),
    )


@few
@given(before=st.lists(steps, max_size=4), batch=st.lists(steps, min_size=1, max_size=6))
def test_recording_a_batch_twice_is_recording_it_once(open_store: OpenStore, before: Any, batch: Any) -> None:
    with open_store() as store:
        world = World(store)
        world.record(entries_seen(world.listing.id, "1", "2", "1b", at=later(hours=-1)))  # what is visited is known
        for step in before:
            intent = intent_of(world, step)
            if intent is not None:
                world.visit(intent)
        intents = [intent for step in batch if (intent := intent_of(world, step)) is not None]
        world.record(*intents)
        once = state(world)
        assert world.record(*intents, now=later(days=1)) == Recorded()
        assert state(world) == once


def outcome(store: Store) -> list[tuple[Any, ...]]:
    """What the snapshots amount to, without the numbers that depend on the order of recording."""
    found: list[tuple[Any, ...]] = []
    for article in store.articles.list():
        revisions = [
            (each.number, each.content_digest, each.from_at, each.until_at, each.extraction)
            for each in store.articles.revisions(article.id)
        ]
        read = (
            article.revision,
            article.content_digest,
            article.extraction,
            article.captured_at,
            article.first_seen_at,
        )
        found.append((*read, revisions))
    return found


@few
@given(
    captures=st.lists(words, min_size=1, max_size=6).flatmap(
        lambda told: st.tuples(st.just(list(enumerate(told))), st.permutations(list(enumerate(told))))
    )
)
def test_the_order_of_recording_does_not_change_the_revisions(open_store: OpenStore, captures: Any) -> None:
    outcomes = []
    for order in captures:
        with open_store() as store:
            world = World(store)
            for hours, text in order:
                world.visit(new_article(words=text, at=later(hours=hours)))
            outcomes.append(outcome(store))
    assert outcomes[0] == outcomes[1]
    in_order = [text for _, text in captures[0]]
    changes = [text for place, text in enumerate(in_order) if place == 0 or in_order[place - 1] != text]
    assert [revision[1] for revision in outcomes[0][0][-1]] == [digest(f"words {text}") for text in changes]


@few
@given(
    before=st.lists(steps, max_size=3),
    after=st.lists(steps, min_size=1, max_size=6),
    takedown=st.sampled_from(list(Takedown)),
)
def test_no_sequence_of_captures_undoes_a_takedown(
    open_store: OpenStore, before: Any, after: Any, takedown: Takedown
) -> None:
    with open_store() as store:
        world = World(store)
        world.record(new_article("1"))
        for step in before:
            intent = intent_of(world, step)
            if intent is not None:
                world.visit(intent)
        article_id = world.known("1").id
        stale = world.known("1")
        store.articles.takedown(article_id, takedown, "", NOW)
        taken, snapshots = store.articles.get(article_id), store.articles.snapshots(article_id)
        changes = len(store.changes.after(0))
        for step in [*after, ("new", "1", "丁", later(days=1)), ("alias", "1", "丁", later(days=1))]:
            intent = intent_of(world, step)
            if intent is not None:
                world.visit(intent)
        world.visit(new_revision(stale, "丁", later(days=2)))
        assert store.articles.get(article_id) == taken
        assert store.articles.snapshots(article_id) == snapshots
        later_changes = store.changes.after(0)[changes:]
        assert [change for change in later_changes if change.article_id == article_id] == []
        assert ChangeKind.TAKEDOWN not in [change.kind for change in later_changes]
