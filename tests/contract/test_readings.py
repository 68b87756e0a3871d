"""A better extractor reads again what is stored: no request, no revision, and everything follows. All synthetic."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from quxun.rereading import Report
from scheduler.follow import follow_stories
from storage.intents import NewReading
from storage.records import ChangeKind, Refusal, Relation, RunId, SnapshotId, Takedown
from storage.schema import extractions, snapshots
from storage.store import Store
from tests.builders import NOW, World, digest, entries_seen, later, new_article, publisher, reading
from tests.contract.conftest import OpenStore
from tests.readers import NEW, NEXT, OLD, Newsroom
from text.digest import content_digest

SHARE = ">分享到微信"
BODY = ("湖边新修的步道开放", "步道全长三公里。", SHARE)


@pytest.fixture
def newsroom(world: World) -> Newsroom:
    return Newsroom(world)


def drop(store: Store, *, texts: bool = False) -> None:
    """Note that all payloads, or all texts, were let go with age."""
    with store.database.write() as connection:
        if texts:
            connection.execute(update(extractions).values(text="", evidence={}, text_dropped_at=NOW))
        else:
            connection.execute(update(snapshots).values(payload_dropped_at=NOW))


# ------------------------------------------------------------------ reading again
def test_a_better_extractor_makes_no_revision(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    (result,) = newsroom.read_again()
    assert (result.read, result.changed) == (1, True)
    assert newsroom.texts() == ["步道全长三公里。"]
    assert newsroom.kinds() == ["new-article", "new-reading"]
    article = newsroom.store.articles.get(newsroom.id())
    assert (article.revision, article.extraction.extractor) == (1, "html/2")
    assert article.content_digest == content_digest(BODY[0], BODY[1])
    assert list(newsroom.store.check()) == []


def test_no_revision_either_when_the_page_comes_again_with_other_advertising(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    newsroom.read_again()
    assert newsroom.publish(*BODY[:2], ">另一个广告", by=NEW).unchanged == 1
    assert newsroom.texts() == ["步道全长三公里。"]


def test_a_page_edited_right_after_is_one_revision(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    newsroom.read_again()
    assert newsroom.publish(BODY[0], "步道全长四公里。", SHARE, by=NEW).revised == 1
    assert newsroom.texts() == ["步道全长三公里。", "步道全长四公里。"]


def test_two_revisions_that_are_equal_under_the_new_rules_are_one(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    newsroom.publish(*BODY[:2], ">分享到微博")
    assert len(newsroom.revisions()) == 2
    newsroom.read_again()
    assert newsroom.texts() == ["步道全长三公里。"]
    assert newsroom.store.articles.get(newsroom.id()).revision == 1


def test_the_same_thing_twice_changes_nothing(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    newsroom.read_again()
    before = newsroom.store.articles.get(newsroom.id()), newsroom.kinds(), readings(newsroom.store)
    assert newsroom.read_again() == []
    assert (newsroom.store.articles.get(newsroom.id()), newsroom.kinds(), readings(newsroom.store)) == before
    assert newsroom.store.readings.older("html/2") == {}


def test_an_article_that_reads_as_before_only_gets_the_version(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY[:2])
    (result,) = newsroom.read_again()
    assert (result.read, result.changed) == (1, False)
    assert newsroom.kinds() == ["new-article"]
    assert readings(newsroom.store) == [("html/2", True)]
    assert newsroom.store.articles.get(newsroom.id()).extraction.evidence == {"title": "html/2"}


def test_what_was_read_before_stays_as_superseded(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    newsroom.read_again()
    newsroom.read_again(by=NEXT)
    assert readings(newsroom.store) == [("html/1", False), ("html/3", True)]
    past = newsroom.store.readings.history(newsroom.id())
    assert [(each.extractor, each.superseded_at is None) for each in past] == [("html/1", False), ("html/3", True)]


def test_nothing_is_read_again_by_older_rules(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY, by=NEW)
    assert newsroom.read_again(by=OLD) == []
    newsroom.publish(*BODY, "", by=OLD)  # a worker that was not upgraded yet
    assert readings(newsroom.store) == [("html/2", True), ("html/1", True)]
    newsroom.read_again(by=NEW)
    assert newsroom.texts() == ["步道全长三公里。"]


def test_a_revisit_has_the_words_of_its_response(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    newsroom.publish(*BODY)
    kinds = [each.kind.value for each in newsroom.store.articles.snapshots(newsroom.id())]
    assert kinds == ["response", "revisit"]
    newsroom.read_again()
    assert len({each.content_digest for each in newsroom.store.articles.snapshots(newsroom.id())}) == 1
    assert newsroom.texts() == ["步道全长三公里。"]


def test_a_dry_run_says_what_would_differ_and_changes_nothing(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    (result,) = newsroom.read_again(dry=True)
    (found,) = result.differences
    assert (result.changed, found.fields, found.new.text) == (True, ("text",), "步道全长三公里。")
    assert readings(newsroom.store) == [("html/1", True)]
    assert newsroom.kinds() == ["new-article"]


def test_a_limit_and_the_next_call_together_read_everything(newsroom: Newsroom) -> None:
    for name in ("1", "2", "3"):
        newsroom.publish(f"第{name}条消息", "正文。", SHARE, name=name)
    assert [result.article_id for result in newsroom.read_again(limit=2)] == [newsroom.id("1"), newsroom.id("2")]
    assert [result.article_id for result in newsroom.read_again(limit=2)] == [newsroom.id("3")]


def test_only_the_articles_of_a_source_are_read(store: Store) -> None:
    rooms = [Newsroom(World(store, key, publisher=publisher(key, hosts=()))) for key in ("one", "two")]
    for number, room in enumerate(rooms):
        room.publish(f"{number}", *BODY[1:], name=str(number))
    assert store.readings.outdated("html/2").articles == 2
    assert store.readings.outdated("html/2", source_key="two").articles == 1
    assert [result.article_id for result in rooms[0].read_again(source_key="two")] == [rooms[1].id("1")]


def test_a_listing_of_today_does_not_speak_for_the_words_of_yesterday(newsroom: Newsroom) -> None:
    listing = newsroom.world.listing.id
    newsroom.world.record(entries_seen(listing, "1"), new_article("1"))
    (old,) = newsroom.store.readings.of_article(newsroom.world.known("1").id, "html/2")
    assert old.entry is not None
    assert old.entry.title == "第1条消息"
    newsroom.world.visit(new_article("1", words="改了", at=later(hours=1)))
    first, second = newsroom.store.readings.of_article(newsroom.world.known("1").id, "html/2")
    assert first.entry is not None
    assert second.entry is not None
    assert (first.entry.title, second.entry.title) == ("", "第1条消息")


# ------------------------------------------------------------------ what keeps its reading
def test_a_page_that_the_new_rules_refuse_keeps_its_reading_and_is_told(newsroom: Newsroom) -> None:
    newsroom.publish("栏目首页", "!更多消息")
    (result,) = newsroom.read_again()
    assert [(each.refusal, each.url) for each in result.problems] == [
        (Refusal.LISTING, "http://www.example.cn/art/1.html")
    ]
    report = Report()
    report.add(result)
    assert (report.refused, report.articles, report.failed) == ({Refusal.LISTING: 1}, 0, 0)
    assert newsroom.texts() == ["更多消息"]
    assert newsroom.kinds() == ["new-article"]


def test_a_page_whose_reading_breaks_keeps_its_reading_and_the_others_are_read(newsroom: Newsroom) -> None:
    newsroom.publish("坏", SHARE)
    newsroom.publish("好", "正文。", SHARE, name="2")
    newsroom.store.blobs.erase(newsroom.known("1").payload_digest)  # type: ignore[union-attr,arg-type]

    def read(capture: object, entry: object, zone: str) -> object:
        raise RecursionError("too deep")

    results = newsroom.read_again(by=replace(NEW, read=read))  # type: ignore[arg-type]
    assert [(result.payload_gone, len(result.problems)) for result in results] == [(1, 0), (0, 1)]
    assert "an error of our own: RecursionError" in results[1].problems[0].said
    assert newsroom.texts("2") == ["正文。\n分享到微信"]


def test_a_payload_that_was_let_go_is_counted_and_goes_with_the_words_that_it_had(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    drop(newsroom.store)
    newsroom.publish(*BODY, "")  # other bytes, the same words
    assert len(newsroom.revisions()) == 1
    outdated = newsroom.store.readings.outdated("html/2")
    assert (outdated.articles, outdated.readings, outdated.payload_gone) == (1, 1, 1)
    (result,) = newsroom.read_again()
    assert (result.read, result.payload_gone) == (1, 1)
    assert newsroom.texts() == ["步道全长三公里。"]  # one revision, as before


def test_a_text_that_was_let_go_does_not_come_back(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    drop(newsroom.store, texts=True)
    assert newsroom.read_again() == []
    assert newsroom.store.readings.outdated("html/2").text_gone == 1
    (result,) = newsroom.read_again(ids=(newsroom.id(),))
    assert (result.read, result.text_gone) == (0, 1)
    assert newsroom.texts() == [""]


@pytest.mark.parametrize("takedown", list(Takedown))
def test_what_was_taken_down_is_not_read(newsroom: Newsroom, takedown: Takedown) -> None:
    newsroom.publish(*BODY)
    article_id = newsroom.id()
    newsroom.store.articles.takedown(article_id, takedown, "", NOW)
    assert newsroom.read_again() == []
    assert newsroom.read_again(ids=(article_id,))[0].read == 0
    assert newsroom.store.readings.outdated("html/2").readings == 0


def test_a_takedown_in_the_very_moment_wins(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    (old,) = newsroom.store.readings.of_article(newsroom.id(), "html/2")
    new = old.anew(old.extraction, digest("anders"), None)
    newsroom.store.articles.takedown(newsroom.id(), Takedown.WITHHELD, "", NOW)
    done = newsroom.store.readings.put(newsroom.id(), [new], "html/2", NOW)
    assert (done.readings, done.changed) == (0, False)
    assert newsroom.kinds() == ["new-article", "takedown"]


def test_a_reading_that_comes_too_late_is_passed_over(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    (old,) = newsroom.store.readings.of_article(newsroom.id(), "html/3")
    newsroom.read_again(by=NEXT)
    late = old.anew(old.extraction, digest("anders"), None)
    missing = NewReading(
        snapshot_id=SnapshotId(999), instead_of="html/1", content_digest=digest("x"), extraction=old.extraction
    )
    assert newsroom.store.readings.put(newsroom.id(), [late, missing], "html/2", NOW).readings == 0
    assert newsroom.store.articles.get(newsroom.id()).extraction.extractor == "html/3"


def test_imports_are_left_alone(newsroom: Newsroom) -> None:
    newsroom.world.record(new_article("1", reading=reading(extractor="paper-text/1")))
    assert newsroom.read_again() == []
    assert newsroom.store.readings.older("html/2") == {}


# ------------------------------------------------------------------ a page that comes in
def test_a_page_that_comes_in_is_compared_under_todays_rules(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    counted = newsroom.publish(*BODY[:2], ">另一个广告", by=NEW)
    assert (counted.unchanged, counted.revised) == (1, 0)
    assert newsroom.texts() == ["步道全长三公里。"]
    assert newsroom.kinds() == ["new-article", "new-reading"]
    assert newsroom.store.changes.after(0)[1].run_id != RunId(0)
    assert newsroom.read_again() == []


def test_an_edit_that_comes_in_with_better_rules_is_one_revision(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    assert newsroom.publish(BODY[0], "步道全长四公里。", SHARE, by=NEW).revised == 1
    assert newsroom.texts() == ["步道全长三公里。", "步道全长四公里。"]
    assert newsroom.kinds() == ["new-article", "new-reading", "new-revision"]


def test_the_payload_behind_a_revisit_is_the_one_that_is_read(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    newsroom.publish(*BODY)
    assert newsroom.publish(*BODY[:2], ">另一个广告", by=NEW).unchanged == 1
    assert len(newsroom.revisions()) == 1


def test_where_the_payload_is_gone_other_paragraphs_are_the_rules_and_no_revision(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY)
    drop(newsroom.store)
    assert newsroom.publish(*BODY[:2], ">另一个广告", by=NEW).unchanged == 1
    assert len(newsroom.revisions()) == 1
    assert newsroom.store.articles.get(newsroom.id()).extraction.text == "步道全长三公里。"


def test_where_the_payload_is_gone_a_changed_paragraph_is_a_revision(newsroom: Newsroom) -> None:
    long = "步道全长三公里，从湖的北岸到南岸，市民可以免费进入。"
    newsroom.publish(BODY[0], long, "周日全天开放。", SHARE)
    drop(newsroom.store)
    edited = newsroom.publish(BODY[0], long.replace("三", "四"), "周日全天开放。", SHARE, by=NEW)
    assert edited.revised == 1
    assert len(newsroom.revisions()) == 2


def test_a_page_that_today_would_be_refused_is_compared_leniently(newsroom: Newsroom) -> None:
    newsroom.publish(*BODY, "!栏目")
    assert newsroom.publish(*BODY, by=NEW).unchanged == 1
    assert len(newsroom.revisions()) == 1


def test_a_crawl_and_a_re_reading_at_once_end_as_one_after_the_other(newsroom: Newsroom) -> None:
    for number in range(12):
        newsroom.publish(f"第{number}条消息", "正文。", SHARE, name=str(number))

    def crawl() -> None:
        for number in range(12):
            newsroom.publish(f"第{number}条消息", "改过的正文。", SHARE, name=str(number), by=NEW)

    with ThreadPoolExecutor(2) as at_once:
        reading, crawling = at_once.submit(newsroom.read_again), at_once.submit(crawl)
        reading.result()
        crawling.result()
    assert newsroom.read_again() == []
    assert {tuple(newsroom.texts(str(number))) for number in range(12)} == {("正文。", "改过的正文。")}
    assert newsroom.kinds().count("new-reading") == newsroom.kinds().count("new-revision") == 12


# ------------------------------------------------------------------ stories
def papers(store: Store, *pages: Sequence[str]) -> list[Newsroom]:
    rooms = [
        Newsroom(World(store, f"paper-{number}", publisher=publisher(f"第{number}报", hosts=())))
        for number, _ in enumerate(pages)
    ]
    for number, (room, lines) in enumerate(zip(rooms, pages, strict=True)):
        room.at = later(hours=number)
        room.publish(*lines, name=f"p{number}")
    return rooms


def stories(store: Store) -> list[list[tuple[int, Relation]]]:
    """The stories: ids of articles and what they are in it."""
    found = {}
    for article in store.articles.list():
        if article.story_id is not None:
            members = store.stories.members(article.story_id)
            found[article.story_id] = [(int(each.article_id), each.relation) for each in members]
    return [found[number] for number in sorted(found)]


def test_copies_that_the_old_rules_told_apart_meet(store: Store) -> None:
    first, _, _ = papers(store, BODY, (*BODY[:2], ">编辑：甲"), (*BODY[:2], ">编辑：乙"))
    first.read_again(dry=True)
    follow_stories(store, NOW)
    assert len(stories(store)) == 3
    first.read_again()
    assert stories(store) == [[(1, Relation.ORIGINAL), (2, Relation.EXACT), (3, Relation.EXACT)]]
    assert store.stories.of_article(store.articles.list()[1].id).evidence == "the same words as article 1 of 第0报"  # type: ignore[union-attr]


def test_a_copy_that_its_publisher_edited_stays_in_the_story(store: Store) -> None:
    first, second = papers(store, BODY, BODY)
    follow_stories(store, NOW)
    second.publish(BODY[0], "步道全长四公里。", SHARE, name="p1", hours=2)
    first.read_again()
    assert stories(store) == [[(1, Relation.ORIGINAL), (2, Relation.NEAR)]]  # it was a copy once


def test_a_copy_stays_a_copy_when_both_are_read_again(store: Store) -> None:
    first, _ = papers(store, BODY, (*BODY, ""))
    follow_stories(store, NOW)
    before = stories(store)
    assert before == [[(1, Relation.ORIGINAL), (2, Relation.EXACT)]]
    for article in (1, 2):  # followed in between, when only one of the two is read again
        first.read_again(ids=(store.articles.list()[article - 1].id,))
    assert stories(store) == before


def test_an_article_that_reads_otherwise_than_its_copy_leaves_it(store: Store) -> None:
    first, _, _ = papers(store, ("通知", ">甲报", "正文。"), ("通知", "甲报", "正文。"), ("通知", "甲报", "正文。", ""))
    follow_stories(store, NOW)
    assert stories(store) == [[(1, Relation.ORIGINAL), (2, Relation.EXACT), (3, Relation.EXACT)]]
    first.read_again()
    assert stories(store) == [[(2, Relation.ORIGINAL), (3, Relation.EXACT)], [(1, Relation.ORIGINAL)]]


def test_a_copy_whose_payload_is_gone_stays(store: Store) -> None:
    first, _ = papers(store, BODY, BODY)
    follow_stories(store, NOW)
    with store.database.write() as connection:
        connection.execute(update(snapshots).where(snapshots.c.article_id == 1).values(payload_dropped_at=NOW))
    first.read_again()
    assert stories(store) == [[(1, Relation.ORIGINAL), (2, Relation.NEAR)]]


# ------------------------------------------------------------------ whatever happens
lines = st.sampled_from(["正文甲。", "正文乙。", ">分享", ">广告"])
pages = st.lists(lines, max_size=3).map(lambda found: ("标题", *found))
acts = st.one_of(
    st.tuples(st.just("publish"), pages, st.sampled_from([OLD, NEW])),
    st.tuples(st.just("read"), st.just(()), st.sampled_from([OLD, NEW])),
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(acts=st.lists(acts, min_size=1, max_size=7))
def test_the_revisions_are_the_texts_that_follow_each_other_under_the_newest_rules(
    open_store: OpenStore, acts: list[tuple[str, tuple[str, ...], object]]
) -> None:
    with open_store() as store:
        newsroom = Newsroom(World(store))
        published: list[str] = []
        for kind, page, rules in acts:
            if kind == "publish":
                newsroom.publish(*page, by=rules)  # type: ignore[arg-type]
                published.append("\n".join(line for line in page[1:] if not line.startswith(">")))
            elif published:
                newsroom.read_again(by=rules)  # type: ignore[arg-type]
        if not published:
            return
        newsroom.read_again(by=NEW)
        distinct = [text for place, text in enumerate(published) if place == 0 or published[place - 1] != text]
        assert newsroom.texts() == distinct
        assert newsroom.store.articles.get(newsroom.id()).revision == len(distinct)
        assert newsroom.read_again(by=NEW) == []
        counted = [change for change in store.changes.after(0) if change.kind is ChangeKind.NEW_ARTICLE]
        assert len(counted) == 1


def readings(store: Store) -> list[tuple[str, bool]]:
    """Every reading: its version, and whether it counts."""
    with store.database.read() as connection:
        found = connection.execute(
            select(extractions.c.extractor, extractions.c.superseded_at).order_by(extractions.c.id)
        )
        told = [(row.extractor, row.superseded_at is None) for row in found]
        assert connection.execute(select(func.count()).select_from(snapshots)).scalar_one() > 0
    return told
