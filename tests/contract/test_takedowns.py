"""Takedowns: hidden or erased, for good."""

import pytest

from storage.errors import NotFound
from storage.records import ArticleId, ChangeKind, Digest, EntryState, RunId, Takedown
from tests.builders import (
    NOW,
    World,
    entries_seen,
    later,
    new_article,
    new_revision,
    reading,
    revisit,
    url,
)


def stored(world: World, *words: str) -> list[Digest]:
    """An article with a revision for each of the words, with their payloads; returns the payloads' digests."""
    digests = []
    for hours, text in enumerate(words):
        digests.append(world.store.blobs.put(text.encode()))
        page = reading(text)
        page = type(page)(payload_digest=digests[-1], content_digest=page.content_digest, extraction=page.extraction)
        world.visit(new_article(at=later(hours=hours), reading=page))
    return digests


def test_a_withheld_article_keeps_what_was_stored(world: World) -> None:
    digests = stored(world, "甲", "乙")
    world.store.articles.takedown(ArticleId(1), Takedown.WITHHELD, "Gericht", NOW)
    article = world.store.articles.get(ArticleId(1))
    assert (article.takedown, article.revision, article.extraction.text) == (Takedown.WITHHELD, 2, "乙")
    assert all(world.store.blobs.has(digest) for digest in digests)


def test_of_a_canceled_article_only_the_tombstone_stays(world: World) -> None:
    world.record(entries_seen(world.listing.id, "1"))
    digests = stored(world, "甲", "乙")
    world.visit(revisit(world.known(), later(hours=3)))
    world.store.articles.takedown(ArticleId(1), Takedown.CANCELED, "", later(days=1))
    article = world.store.articles.get(ArticleId(1))
    assert (article.takedown, article.revision, article.content_digest) == (Takedown.CANCELED, 0, "")
    assert (article.extraction.title, article.extraction.text) == ("", "")
    assert world.store.articles.snapshots(ArticleId(1)) == []
    assert world.store.articles.revisions(ArticleId(1)) == []
    assert not any(world.store.blobs.has(digest) for digest in digests)
    known = world.known()
    assert (known.takedown, known.snapshot_id, known.payload_digest) == (Takedown.CANCELED, None, None)
    entry = world.entry_of()
    assert (entry.state, entry.entry.title) == (EntryState.WITHHELD, "")
    assert list(world.store.check()) == []


def test_what_was_erased_does_not_come_back_through_its_listing(world: World) -> None:
    world.record(entries_seen(world.listing.id, "1"))
    stored(world, "甲")
    world.store.articles.takedown(ArticleId(1), Takedown.CANCELED, "", NOW)
    world.record(entries_seen(world.listing.id, "1", at=later(days=1)))
    assert world.entry_of().entry.title == ""
    assert world.due(later(days=2)) == []


def test_a_payload_that_another_article_has_too_stays(world: World) -> None:
    (shared,) = stored(world, "甲")
    page = reading("甲")
    other = type(page)(payload_digest=shared, content_digest=page.content_digest, extraction=page.extraction)
    world.visit(new_article("2", reading=other))
    world.store.articles.takedown(ArticleId(1), Takedown.CANCELED, "", NOW)
    assert world.store.blobs.get(shared) == "甲".encode()
    world.store.articles.takedown(ArticleId(2), Takedown.CANCELED, "", NOW)
    assert not world.store.blobs.has(shared)


def test_a_page_fetched_while_its_article_was_erased_leaves_no_payload(world: World) -> None:
    stored(world, "甲")
    known = world.known()
    world.store.articles.takedown(ArticleId(1), Takedown.CANCELED, "", NOW)
    late = world.store.blobs.put("丁".encode())
    page = reading("丁")
    read = type(page)(payload_digest=late, content_digest=page.content_digest, extraction=page.extraction)
    world.visit(new_revision(known, "丁", later(hours=1), reading=read))
    assert not world.store.blobs.has(late)
    assert list(world.store.check()) == []


def test_a_takedown_is_one_change_that_no_run_made(world: World) -> None:
    stored(world, "甲")
    before = world.store.changes.after(0)[-1].id
    for _ in range(2):
        world.store.articles.takedown(ArticleId(1), Takedown.WITHHELD, "", later(days=1))
    (change,) = world.store.changes.after(before)
    assert (change.kind, change.article_id, change.run_id) == (ChangeKind.TAKEDOWN, ArticleId(1), RunId(0))
    assert change.recorded_at == later(days=1)


def test_a_withheld_article_can_still_be_erased_but_not_the_other_way_round(world: World) -> None:
    stored(world, "甲")
    world.store.articles.takedown(ArticleId(1), Takedown.WITHHELD, "", NOW)
    world.store.articles.takedown(ArticleId(1), Takedown.CANCELED, "", NOW)
    world.store.articles.takedown(ArticleId(1), Takedown.WITHHELD, "", NOW)
    assert world.store.articles.get(ArticleId(1)).takedown is Takedown.CANCELED


def test_what_is_not_stored_cannot_be_taken_down(world: World) -> None:
    with pytest.raises(NotFound, match="no article 7"):
        world.store.articles.takedown(ArticleId(7), Takedown.WITHHELD, "", NOW)


def test_an_erased_article_is_known_by_its_aliases(world: World) -> None:
    world.record(new_article("1", aliases=(url("a"),)))
    world.store.articles.takedown(ArticleId(1), Takedown.CANCELED, "", NOW)
    told = world.visit(new_article("a", at=later(hours=1)))
    assert (told.withheld, told.new) == (1, 0)
