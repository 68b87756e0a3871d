"""Copies in the database: who joins whom, in any order and however often; what people say; what is let go."""

import random
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from scheduler.follow import follow_stories
from storage.copies.fresh import merge, waiting_pairs
from storage.copies.lists import unpacked
from storage.errors import NotFound, UsageError
from storage.keeping.retention import Keep
from storage.records import ArticleId, Relation, RunStatus, StoryId, Takedown
from storage.schema import (
    article_links,
    cursors,
    extractions,
    fingerprints,
    fresh_fingerprints,
    hot_fingerprints,
    runs,
    site_lines,
    story_members,
)
from storage.store import Store
from tests.builders import NOW, World, later, new_article, new_revision, publisher, reading
from text.copies.index import HOT
from text.copies.relation import Kinship

_WORDS = (
    "湖边步道今天开放市民游客纷纷前来体验工程全长三公里沿线设有驿站花园观景台和儿童乐"
    "园预计每年接待数十万人次相关部门表示将继续完善配套设施提升服务水平"
)


def prose(seed: int, sentences: int = 12) -> str:
    """A text of its own: sentences of characters drawn by lot."""
    draw = random.Random(seed)
    lines = [
        "".join(draw.choice(_WORDS) + chr(0x4E00 + draw.randrange(3000)) for _ in range(12)) for _ in range(sentences)
    ]
    return "".join(f"{line}。\n" for line in lines)


def paper(store: Store, name: str) -> World:
    return World(store, name, publisher=publisher(name, hosts=()))


def bring(world: World, text: str, name: str = "1", *, title: str = "湖边步道开放", days: float = 0) -> ArticleId:
    at = NOW + timedelta(days=days)
    read = reading(text, title=title, published_at=at)
    world.visit(new_article(name, at=at + timedelta(hours=1), reading=read))
    return world.known(name).id


def groups(store: Store) -> list[list[int]]:
    """The articles of each story."""
    found: dict[int, list[int]] = {}
    for article in store.articles.list():
        if article.story_id is not None:
            found.setdefault(article.story_id, []).append(article.id)
    return sorted(found.values())


def relation(store: Store, article: ArticleId) -> Relation:
    member = store.stories.of_article(article)
    assert member is not None
    return member.relation


@pytest.fixture
def papers(store: Store) -> list[World]:
    return [paper(store, name) for name in ("甲报", "乙报", "丙报", "丁报")]


def edited(text: str) -> str:
    """A copy with a line before it, another after it, and a sentence left out."""
    lines = text.splitlines()
    return "\n".join(("记者从有关方面获悉以下消息", *lines[:4], *lines[5:], "更多消息请继续关注本报后续报道"))


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_edited_copies_meet_in_whatever_order_they_come(
    store: Store, papers: list[World], order: Sequence[int]
) -> None:
    texts = [prose(1), edited(prose(1)), prose(1).replace("湖", "河", 1)]
    articles = {at: bring(papers[at], texts[at], days=at) for at in order}
    follow_stories(store, NOW)
    assert groups(store) == [sorted(articles.values())]
    assert relation(store, articles[0]) is Relation.ORIGINAL
    assert relation(store, articles[1]) is Relation.NEAR


def test_following_again_and_settling_again_change_nothing(store: Store, papers: list[World]) -> None:
    for at, world in enumerate(papers):
        bring(world, edited(prose(1)) if at % 2 else prose(1), days=at)
    follow_stories(store, NOW)
    before = everything(store)
    store.changes.move_cursor("stories", 0)
    assert follow_stories(store, later(days=1)) != frozenset()  # the same copies are told again
    store.copies.settle([article.id for article in store.articles.list()], later(days=2))
    assert everything(store) == before


def everything(store: Store) -> list[object]:
    tables = (story_members, fingerprints, fresh_fingerprints, hot_fingerprints, article_links, site_lines)
    with store.database.read() as connection:
        return [sorted(map(repr, connection.execute(select(table)))) for table in tables]


def indexed(store: Store) -> set[int]:
    """The articles that have fingerprints."""
    with store.database.read() as connection:
        waiting = {article for _, article in waiting_pairs(connection)}
        lists = connection.execute(select(fingerprints.c.article_ids)).scalars()
        return waiting.union(*map(unpacked, lists))


def test_an_excerpt_is_linked_and_joins_nothing(store: Store, papers: list[World]) -> None:
    whole = bring(papers[0], prose(1, 40))
    part = bring(papers[1], "".join(prose(1, 40).splitlines(keepends=True)[:6]), title="步道的花园", days=1)
    follow_stories(store, NOW)
    assert groups(store) == [[whole], [part]]
    [link] = store.copies.links([part])
    assert (link.other_id, link.kinship) == (whole, Kinship.EXCERPT)
    [back] = store.copies.links([whole])
    assert (back.other_id, back.kinship) == (part, Kinship.CONTAINS)
    assert store.copies.linked([whole, part]) == {whole: [str(part)], part: [str(whole)]}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (0, 2, 1)])
def test_a_page_of_several_stories_is_linked_to_each_and_joins_none(
    store: Store, papers: list[World], order: Sequence[int]
) -> None:
    texts = [prose(1), prose(2), prose(1) + prose(2)]
    titles = ["湖边步道开放", "学校今天开学", "要闻两则"]
    articles = {at: bring(papers[at], texts[at], title=titles[at], days=at) for at in order}
    follow_stories(store, NOW)
    assert groups(store) == sorted([article] for article in articles.values())
    assert {link.other_id for link in store.copies.links([articles[2]])} == {articles[0], articles[1]}


def test_the_same_words_after_more_than_a_month_are_marked_as_repeated(store: Store, papers: list[World]) -> None:
    first, again = bring(papers[0], prose(1)), bring(papers[1], prose(1), days=40)
    follow_stories(store, later(days=50))
    assert groups(store) == [[first, again]]
    assert relation(store, again) is Relation.REPEATED


def test_two_stories_that_a_third_text_shows_to_be_one_are_merged_and_the_older_goes_on(
    store: Store, papers: list[World]
) -> None:
    lines = prose(1, 24).splitlines(keepends=True)
    halves = [bring(papers[0], "".join(lines[:13])), bring(papers[1], "".join(lines[11:]), days=1)]
    follow_stories(store, NOW)
    assert len(groups(store)) == 2
    whole = bring(papers[2], "".join(lines), days=2)
    follow_stories(store, NOW)
    assert groups(store) == [sorted([*halves, whole])]
    assert store.stories.heir(StoryId(2)) == StoryId(1)


def test_a_member_whose_words_were_changed_stays(store: Store, papers: list[World]) -> None:
    articles = [bring(world, prose(1), days=at) for at, world in enumerate(papers[:2])]
    follow_stories(store, NOW)
    papers[1].visit(new_revision(papers[1].known(), prose(9), later(days=3)))
    follow_stories(store, NOW)
    assert groups(store) == [articles]


# ------------------------------------------------------------------ what people say
def test_what_was_split_by_hand_stays_apart_whatever_comes(store: Store, papers: list[World]) -> None:
    articles = [bring(world, prose(1), days=at) for at, world in enumerate(papers[:2])]
    follow_stories(store, NOW)
    store.copies.split([articles[1]], "甘霖", "another notice", NOW)
    third = bring(papers[2], edited(prose(1)), days=2)
    follow_stories(store, NOW)
    rejoin(store)
    assert len(groups(store)) == 2
    assert [article for group in groups(store) for article in group if len(group) == 1] != [third]
    [wish] = store.copies.wishes([articles[1]])
    assert (wish.together, wish.asked_by, wish.reason) == (False, "甘霖", "another notice")


def test_what_was_merged_by_hand_stays_together(store: Store, papers: list[World]) -> None:
    articles = [bring(papers[at], prose(at), days=at) for at in (0, 1)]
    follow_stories(store, NOW)
    assert store.copies.merge(articles, "甘霖", "", NOW) == StoryId(1)
    rejoin(store)
    assert groups(store) == [articles]
    assert relation(store, articles[1]) is Relation.BY_HAND


def test_what_was_said_by_hand_can_be_taken_back(store: Store, papers: list[World]) -> None:
    same = [bring(papers[at], prose(1), days=at) for at in (0, 1)]
    other = bring(papers[2], prose(2), days=2)
    follow_stories(store, NOW)
    store.copies.split([same[1]], "甘霖", "", NOW)
    assert store.copies.undo([same[1]], NOW) == 1
    assert groups(store) == [same, [other]]
    store.copies.merge([other, same[0]], "甘霖", "", NOW)
    assert store.copies.undo([other], NOW) == 1
    assert groups(store) == [same, [other]]
    assert store.copies.undo([other], NOW) == 0


def test_the_last_word_on_two_articles_counts(store: Store, papers: list[World]) -> None:
    articles = [bring(world, prose(1), days=at) for at, world in enumerate(papers[:2])]
    follow_stories(store, NOW)
    store.copies.split([articles[1]], "甘霖", "", NOW)
    store.copies.merge(articles, "甘霖", "", NOW)
    rejoin(store)
    assert groups(store) == [articles]
    assert [wish.together for wish in store.copies.wishes(articles)] == [True]


def test_what_cannot_be_split_or_merged_is_said(store: Store, papers: list[World]) -> None:
    one, other = (bring(papers[at], prose(at)) for at in (0, 1))
    follow_stories(store, NOW)
    with pytest.raises(UsageError, match="nothing to split it from"):
        store.copies.split([one], "", "", NOW)
    with pytest.raises(UsageError, match="of stories 1 and 2"):
        store.copies.split([one, other], "", "", NOW)
    with pytest.raises(UsageError, match="at least two"):
        store.copies.merge([one, one], "", "", NOW)
    with pytest.raises(NotFound, match="no story of article 99"):
        store.copies.merge([one, ArticleId(99)], "", "", NOW)


def rejoin(store: Store) -> None:
    """Decide everything again, as after an upgrade."""
    with store.database.write() as connection:
        connection.execute(update(story_members).values(rules=99))
        connection.execute(cursors.delete().where(cursors.c.name != "stories"))
    while store.copies.rejoin(NOW):
        pass


# ------------------------------------------------------------------ better rules, age, takedowns
def test_better_rules_decide_again_from_the_stored_texts(store: Store, papers: list[World]) -> None:
    articles = [bring(world, prose(1), days=at) for at, world in enumerate(papers)]
    follow_stories(store, NOW)
    before = groups(store)
    rejoin(store)
    assert (groups(store), store.copies.outdated()) == (before, 0)
    assert groups(store) == [articles]


def test_an_archive_of_an_older_version_is_decided_in_passing(store: Store, papers: list[World]) -> None:
    articles = [bring(world, edited(prose(1)) if at else prose(1), days=at) for at, world in enumerate(papers)]
    store.changes.move_cursor("stories", store.changes.after(0)[-1].id)  # as if its version had followed them
    follow_stories(store, NOW)
    assert groups(store) == [articles]


def test_what_was_taken_down_leaves_the_index_and_its_copies_go_on(store: Store, papers: list[World]) -> None:
    articles = [bring(world, prose(1), days=at) for at, world in enumerate(papers[:3])]
    follow_stories(store, NOW)
    store.articles.takedown(articles[0], Takedown.CANCELED, "", NOW)
    follow_stories(store, NOW)
    members = store.stories.members(StoryId(1))
    assert [member.article_id for member in members] == articles[1:]
    assert [member.relation for member in members] == [Relation.ORIGINAL, Relation.EXACT]
    assert store.copies.of(articles[0]) == articles[1:]
    assert articles[0] not in indexed(store)
    assert articles[0] not in {each.article_id for each in store.copies.repeated_by(prose(1))}


def test_a_copy_of_a_text_that_was_let_go_is_known_by_its_key(store: Store, papers: list[World]) -> None:
    first = bring(papers[0], prose(1))
    follow_stories(store, NOW)
    with store.database.write() as connection:
        connection.execute(update(extractions).values(text="", text_dropped_at=NOW))
    copy = bring(papers[1], prose(1), days=1)
    follow_stories(store, NOW)
    assert groups(store) == [[first, copy]]


def test_words_that_too_many_texts_have_are_no_longer_stored(store: Store, world: World) -> None:
    footer = prose(7, 5).replace("\n", "")  # too long to be known for the site's by its form
    for number in range(HOT + 5):
        bring(world, f"{prose(1000 + number, 8)}{footer}", str(number), title=f"第{number}条消息")
    follow_stories(store, NOW)
    with store.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(hot_fingerprints)).scalar_one() > 0
    with store.database.write() as connection:
        merge(connection)
        lists = connection.execute(select(fingerprints.c.article_ids)).scalars()
        assert 1 < max(len(unpacked(each)) for each in lists) < HOT


def test_a_text_says_which_stored_ones_it_repeats_and_how_much_of_it(store: Store, papers: list[World]) -> None:
    article = bring(papers[0], prose(1))
    bring(papers[1], prose(2))
    follow_stories(store, NOW)
    [found] = store.copies.repeated_by(prose(1) + prose(3))
    assert (found.article_id, found.story_id) == (article, StoryId(1))
    assert 0.4 < found.share < 0.6
    assert store.copies.repeated_by(prose(8)) == []


def test_old_fingerprints_go_and_exact_copies_are_still_found(store: Store, papers: list[World]) -> None:
    old = bring(papers[0], prose(1))
    follow_stories(store, NOW)
    with store.database.write() as connection:
        connection.execute(update(runs).values(status=RunStatus.SUCCEEDED, started_at=NOW, finished_at=NOW))
    young = bring_later(papers[1], prose(2))
    follow_stories(store, later(days=500))
    keep = Keep(fingerprints_days=400)
    dry = store.retention.prune(keep, later(days=500), by_clock=True, dry=True)
    pruned = store.retention.prune(keep, later(days=500), by_clock=True)
    assert pruned.fingerprints.count == dry.fingerprints.count > 0
    assert indexed(store) == {young}
    exact, near = bring_later(papers[2], prose(1)), bring_later(papers[3], edited(prose(1)))
    follow_stories(store, later(days=501))
    assert [old, exact] in groups(store) or [old, exact, near] in groups(store)


def bring_later(world: World, text: str) -> ArticleId:
    """The same, with a run of its own 499 days later."""
    at = later(days=499)
    run = world.another_run()
    world.record(new_article("2", at=at, reading=reading(text, published_at=at)), run=run, now=at)
    return world.known("2").id
