"""Recording: what a batch really changes, however often and in whatever company it is told."""

from typing import Any

import pytest

from storage.errors import DatabaseError, NotFound
from storage.intents import Recorded
from storage.records import (
    ArticleId,
    ArticleKey,
    ChangeKind,
    EntryState,
    IssueKind,
    Profile,
    RunId,
    SnapshotKind,
    Takedown,
)
from storage.store import Store
from tests.builders import (
    NOW,
    World,
    digest,
    entries_seen,
    extraction,
    failed,
    gone,
    issue_seen,
    known_article,
    later,
    new_article,
    new_revision,
    new_source,
    off_district,
    reading,
    refused,
    revisit,
    same_revision,
    url,
    visited,
    withheld,
)

NOTHING = Recorded()


def kinds(store: Store) -> list[ChangeKind]:
    return [change.kind for change in store.changes.after(0)]


def test_a_new_article_is_stored_with_its_snapshot(world: World) -> None:
    intent = new_article(external_id="x-1", visited=visited(headers=(("ETag", '"1"'), ("x", "y"))))
    assert world.record(intent, now=later(minutes=1)) == Recorded(new=1)
    article = world.store.articles.find(url())
    assert (article.key, article.url, article.external_id, article.first_seen_at) == (url(), url(), "x-1", NOW)
    assert (article.publisher, article.source_key, article.revision) == ("示例日报", "example", 1)
    (snapshot,) = world.store.articles.snapshots(article.id)
    assert (snapshot.kind, snapshot.profile, snapshot.refers_to) == (SnapshotKind.RESPONSE, None, None)
    assert (snapshot.captured_at, snapshot.recorded_at, snapshot.status) == (NOW, later(minutes=1), 200)
    assert snapshot.headers == (("ETag", '"1"'), ("x", "y"))
    assert (snapshot.run_id, snapshot.url) == (world.run.id, url())
    (change,) = world.store.changes.after(0)
    assert (change.kind, change.article_id, change.run_id) == (ChangeKind.NEW_ARTICLE, article.id, world.run.id)


def test_the_same_visit_told_again_changes_nothing(world: World) -> None:
    world.record(entries_seen(world.listing.id, "1"))
    assert world.record(new_article()) == Recorded(new=1)
    assert world.record(new_article()) == NOTHING
    assert world.record(new_article(words="andere")) == NOTHING
    assert len(world.store.articles.snapshots(ArticleId(1))) == 1
    assert kinds(world.store) == [ChangeKind.NEW_ARTICLE]


def test_a_new_article_that_is_known_by_now_becomes_a_snapshot_of_it(world: World) -> None:
    world.record(new_article())
    assert world.visit(new_article(at=later(hours=1))) == Recorded(unchanged=1)
    assert world.visit(new_article(at=later(hours=2), words="neu")) == Recorded(revised=1)
    assert len(world.store.articles.list()) == 1
    assert kinds(world.store) == [ChangeKind.NEW_ARTICLE, ChangeKind.NEW_REVISION]


def test_two_spellings_in_one_batch_are_one_article(world: World) -> None:
    told = world.record(
        new_article("a", key=ArticleKey(url("1")), aliases=(url("a"),)),
        new_article("b", key=ArticleKey(url("a")), at=later(minutes=1)),
        new_article("c", key=ArticleKey(url("9")), aliases=(url("1"),), at=later(minutes=2)),
    )
    assert told == Recorded(new=1, unchanged=2)
    assert world.known("1").id == world.known("a").id


def test_an_alias_that_two_articles_only_share_does_not_make_them_one(world: World) -> None:
    told = world.record(new_article("1", aliases=("id:7",)), new_article("2", words="andere", aliases=("id:7",)))
    assert told == Recorded(new=2)
    publisher = world.source.publisher_id
    assert world.store.articles.known(publisher, ["id:7"])["id:7"].key == url("1")


def test_an_alias_never_leads_away_from_an_article_with_that_key(world: World) -> None:
    world.record(new_article("1"), new_article("2", words="andere"))
    world.visit(new_revision(world.known("2"), "neu", later(hours=1), name="2", aliases=(url("1"),)))
    assert world.known("1").key == url("1")


def test_articles_of_two_publishers_never_meet(world: World) -> None:
    other = World(world.store, "other", publisher=new_source().publisher.__class__(name="别家"))
    assert world.record(new_article()) == Recorded(new=1)
    assert other.record(new_article()) == Recorded(new=1)


def test_two_sources_of_a_publisher_share_its_articles(world: World) -> None:
    other = World(world.store, "other")
    world.record(new_article())
    assert other.record(new_article(at=later(hours=1))) == Recorded(unchanged=1)
    assert world.store.articles.find(url()).source_key == "example"


def test_what_a_revision_is_depends_on_the_words_and_not_on_the_intent(world: World) -> None:
    world.record(new_article(words="甲"))
    known = world.known()
    assert world.visit(new_revision(known, "甲", later(hours=1))) == Recorded(unchanged=1)
    assert world.visit(same_revision(known, "乙", "bytes", later(hours=2))) == Recorded(revised=1)


def test_new_advertising_is_a_snapshot_but_no_revision(world: World) -> None:
    world.record(new_article(words="甲"))
    assert world.visit(same_revision(world.known(), "甲", "other bytes", later(hours=1))) == Recorded(unchanged=1)
    article = world.store.articles.find(url())
    assert (article.revision, len(world.store.articles.snapshots(article.id))) == (1, 2)
    assert world.known().payload_digest == digest("other bytes")
    assert kinds(world.store) == [ChangeKind.NEW_ARTICLE]


@pytest.mark.parametrize("profile", list(Profile))
def test_a_revisit_refers_to_the_snapshot_with_the_payload(world: World, profile: Profile) -> None:
    world.record(new_article())
    assert world.visit(revisit(world.known(), later(hours=1), profile=profile)) == Recorded(unchanged=1)
    assert world.visit(revisit(world.known(), later(hours=2), profile=profile)) == Recorded(unchanged=1)
    first, second, third = world.store.articles.snapshots(ArticleId(1))
    assert (second.kind, second.profile, second.refers_to) == (SnapshotKind.REVISIT, profile, first.id)
    assert third.refers_to == first.id
    assert {snapshot.content_digest for snapshot in (first, second, third)} == {first.content_digest}
    has_payload = profile is Profile.IDENTICAL_PAYLOAD_DIGEST
    assert second.payload_digest == (first.payload_digest if has_payload else None)
    assert world.known().payload_digest == first.payload_digest
    assert world.store.articles.extraction(third.id) == world.store.articles.extraction(first.id)
    assert world.store.articles.find(url()).captured_at == later(hours=2)


def test_a_page_that_was_gone_and_answers_again_is_back(world: World) -> None:
    world.record(new_article())
    assert world.visit(gone(world.known(), at=later(hours=1))) == Recorded(gone=1)
    assert world.known().gone is True
    assert world.visit(gone(world.known(), at=later(hours=2))) == Recorded(gone=1)
    assert world.store.articles.find(url()).gone_at == later(hours=1)
    world.visit(revisit(world.known(), later(hours=3)))
    assert world.store.articles.find(url()).gone_at is None
    assert kinds(world.store) == [ChangeKind.NEW_ARTICLE, ChangeKind.GONE, ChangeKind.BACK]


def test_a_visit_before_the_page_went_does_not_bring_it_back(world: World) -> None:
    world.record(new_article())
    world.visit(gone(world.known(), at=later(hours=2)))
    world.visit(revisit(world.known(), later(hours=1)))
    assert world.known().gone is True
    assert kinds(world.store) == [ChangeKind.NEW_ARTICLE, ChangeKind.GONE]


def test_a_404_that_is_older_than_the_last_visit_says_nothing(world: World) -> None:
    world.record(new_article(at=later(hours=2)))
    world.visit(gone(world.known(), at=later(hours=1)))
    assert world.known().gone is False
    assert kinds(world.store) == [ChangeKind.NEW_ARTICLE]


@pytest.mark.parametrize(
    ("intent", "told", "state"),
    [
        (refused(), Recorded(refused=1), EntryState.REFUSED),
        (off_district(), Recorded(off_district=1), EntryState.OFF_DISTRICT),
        (gone(), Recorded(gone=1), EntryState.GONE),
        (failed(), Recorded(failed=1), EntryState.FAILED),
    ],
    ids=["refused", "off-district", "gone", "failed"],
)
def test_a_visit_without_a_snapshot_settles_its_entry_once(
    world: World, intent: Any, told: Recorded, state: EntryState
) -> None:
    world.record(entries_seen(world.listing.id, "1"))
    assert world.record(intent) == told
    assert world.record(intent) == NOTHING
    assert (world.entry_of().state, world.entry_of().attempts) == (state, int(state is EntryState.FAILED))
    assert world.store.changes.after(0) == []


def test_a_refusal_of_a_known_article_leaves_it_as_it_stands(world: World) -> None:
    world.record(entries_seen(world.listing.id, "1"))
    world.record(new_article())
    before = world.store.articles.find(url())
    world.visit(refused(at=later(hours=1)))
    assert world.store.articles.find(url()) == before
    assert world.entry_of().state is EntryState.REFUSED


def test_an_entry_whose_page_the_run_has_already_is_settled_all_the_same(world: World) -> None:
    world.record(new_article(visited=visited(entry_key="")))
    world.record(entries_seen(world.listing.id, "1"))
    assert world.record(new_article()) == NOTHING
    assert world.entry_of().state is EntryState.STORED


def test_a_batch_is_done_whole_or_not_at_all(world: World) -> None:
    with pytest.raises(NotFound, match="no article 99"):
        world.record(new_article("1"), new_revision(known_article(99), "neu", name="2"))
    assert world.store.articles.list() == []
    assert world.store.changes.after(0) == []


def test_a_run_that_does_not_exist_records_nothing(world: World) -> None:
    with pytest.raises(NotFound, match="no run 99"):
        world.record(new_article(), run=RunId(99))


def test_a_digest_that_is_none_is_refused_by_the_schema(world: World) -> None:
    broken = reading()
    with pytest.raises(DatabaseError, match="ck_snapshots_content_digest"):
        world.record(new_article(reading=type(broken)(**{**_fields(broken), "content_digest": "md5:1"})))


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def test_an_issue_counts_once_with_its_highest_count(world: World) -> None:
    world.record(issue_seen(count=3), issue_seen(kind=IssueKind.GAP))
    world.record(issue_seen(count=2, detail="later word"))
    newest, oldest = world.store.issues.list()
    assert (newest.kind, oldest.kind) == (IssueKind.GAP, IssueKind.REFUSED)
    assert (oldest.count, oldest.detail, oldest.source_key) == (3, "later word", "example")


def test_issues_are_found_by_run_and_by_source(world: World) -> None:
    other = World(world.store, "other")
    world.record(issue_seen(name="1"), issue_seen(name="2"))
    other.record(issue_seen(name="3"))
    assert len(world.store.issues.list()) == 3
    assert [issue.url for issue in world.store.issues.list(limit=1)] == [url("3")]
    assert [issue.url for issue in world.store.issues.list(run_id=world.run.id)] == [url("2"), url("1")]
    assert [issue.url for issue in world.store.issues.list(source_key="other")] == [url("3")]


def test_a_takedown_that_came_meanwhile_wins(world: World) -> None:
    world.record(entries_seen(world.listing.id, "1"))
    world.record(new_article())
    known = world.known()
    world.store.articles.takedown(known.id, Takedown.WITHHELD, "Gericht", NOW)
    for hours, intent in enumerate(
        (
            new_article(at=later(hours=1)),
            new_revision(known, "neu", later(hours=2)),
            same_revision(known, "示例正文。", "bytes", later(hours=3)),
            revisit(known, later(hours=4)),
            gone(known, at=later(hours=5)),
            withheld(known, later(hours=6)),
        )
    ):
        assert world.visit(intent) == Recorded(withheld=1), hours
        assert world.entry_of().state is EntryState.WITHHELD
    article = world.store.articles.get(known.id)
    assert (article.takedown, article.gone_at, article.captured_at) == (Takedown.WITHHELD, None, NOW)
    assert len(world.store.articles.snapshots(known.id)) == 1
    assert kinds(world.store) == [ChangeKind.NEW_ARTICLE, ChangeKind.TAKEDOWN]


def test_a_withheld_visit_told_twice_counts_once(world: World) -> None:
    world.record(new_article())
    world.store.articles.takedown(ArticleId(1), Takedown.WITHHELD, "", NOW)
    intent = withheld(world.known(), later(hours=1))
    assert world.visit(intent) == Recorded(withheld=1)
    assert world.record(intent) == Recorded(withheld=1)  # another run
    assert world.record(intent) == NOTHING


def test_an_extraction_of_an_earlier_snapshot_stays_what_it_was(world: World) -> None:
    world.record(new_article(words="甲"))
    world.visit(new_revision(world.known(), "乙", later(hours=1)))
    first, second = world.store.articles.snapshots(ArticleId(1))
    assert world.store.articles.extraction(first.id) == extraction(text="甲")
    assert world.store.articles.extraction(second.id) == extraction(text="乙")
    assert world.store.articles.get(ArticleId(1)).extraction.text == "乙"
