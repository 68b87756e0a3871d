"""Articles: found by any of their names, listed in pages, read back whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import event

from storage.errors import NotFound
from storage.records import (
    Article,
    ArticleId,
    Lead,
    Link,
    Person,
    Precision,
    Relevance,
    Role,
    RunId,
    SnapshotId,
    Takedown,
    Validators,
)
from storage.store import Store
from tests.builders import (
    NOW,
    World,
    digest,
    extraction,
    later,
    new_article,
    new_revision,
    reading,
    revisit,
    url,
    visited,
    with_relevance,
)

BEIJING = timezone(timedelta(hours=8))


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """The statements that are run inside."""
    statements: list[str] = []

    def ran(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(store.database.engine, "before_cursor_execute", ran)
    try:
        yield statements
    finally:
        event.remove(store.database.engine, "before_cursor_execute", ran)


def pages(store: Store, size: int, **filters: Any) -> Iterator[list[Article]]:
    after = 0
    while page := store.articles.list(after_id=after, limit=size, **filters):
        yield page
        after = page[-1].id


def names(found: list[Article]) -> list[str]:
    return [article.key.rsplit("/", 1)[1].removesuffix(".html") for article in found]


def test_an_extraction_comes_back_whole(world: World) -> None:
    full = extraction(
        kicker="引题",
        subtitle="副题",
        byline=(Person(name="张三", role=Role.REPORTER), Person(name="李四", role=Role.PHOTO)),
        editors=(Person(name="王五", role=Role.EDITOR),),
        credit="菏泽日报",
        origin="大众日报",
        category="要闻",
        published_at=datetime(2024, 5, 1, 8, 30, tzinfo=BEIJING),
        published_precision=Precision.MINUTE,
        modified_at=later(hours=1),
        stated_snapshot_at=later(days=1),
        paper="示例日报",
        page="第A2版",
        issue_date=date(2024, 5, 1),
        truncated=True,
        language="zh",
        canonical_url=url(),
        images=(Link(url="http://x.cn/1.jpg", label="图"),),
        attachments=(Link(url="http://x.cn/1.pdf"),),
        leads=(Lead(title="另一条", snippet="…", published_at=NOW, url="http://x.cn/2"), Lead(title="无日期")),
        evidence={"title": "h1", "text": "container:#zoom"},
    )
    plain = reading()
    world.record(
        new_article(
            reading=type(plain)(
                payload_digest=plain.payload_digest, content_digest=plain.content_digest, extraction=full
            )
        )
    )
    article = world.store.articles.find(url())
    assert article.extraction == full
    assert article.extraction.published_at is not None
    assert article.extraction.published_at.utcoffset() == timedelta(0)


def test_relevance_comes_back_with_the_newest_reading(world: World) -> None:
    world.record(new_article(reading=with_relevance(reading(), "鲁西新区", "丹阳")))
    assert world.store.articles.find(url()).relevance == Relevance(
        about=True, names=("鲁西新区", "丹阳"), where="title"
    )
    world.visit(new_revision(world.known(), "neu", later(hours=1)))
    assert world.store.articles.find(url()).relevance is None


@pytest.mark.parametrize("size", [1, 2, 100])
def test_pages_of_any_size_give_every_article_once_and_in_order(world: World, size: int) -> None:
    world.record(*[new_article(str(number), words=str(number)) for number in range(7)])
    found = [article for page in pages(world.store, size) for article in page]
    assert names(found) == [str(number) for number in range(7)]
    assert [article.id for article in found] == sorted(article.id for article in found)
    assert found == world.store.articles.list()


def test_a_page_takes_the_same_few_queries_whatever_its_size(world: World) -> None:
    for number in range(20):
        world.record(new_article(str(number), words=str(number)))
    with counted(world.store) as small:
        world.store.articles.list(limit=1)
    with counted(world.store) as large:
        assert len(world.store.articles.list(limit=100)) == 20
    assert len(large) == len(small) <= 4


def test_many_known_articles_take_few_queries(world: World) -> None:
    world.record(*[new_article(str(number), words=str(number)) for number in range(30)])
    with counted(world.store) as statements:
        known = world.store.articles.known(world.source.publisher_id, [url(str(number)) for number in range(40)])
    assert len(known) == 30
    assert len([statement for statement in statements if "SELECT" in statement]) <= 2


def test_articles_are_filtered_by_source_and_by_the_run_that_brought_them(world: World) -> None:
    other = World(world.store, "other")
    world.record(new_article("1"))
    other.record(new_article("2", words="乙"))
    second = world.another_run()
    world.record(new_article("1", at=later(hours=1)), new_article("3", words="丙"), run=second)
    assert names(world.store.articles.list(source_key="other")) == ["2"]
    assert names(world.store.articles.list(source_key="nowhere")) == []
    assert names(world.store.articles.list(new_in_run=world.run.id)) == ["1"]
    assert names(world.store.articles.list(new_in_run=second.id)) == ["3"]
    assert names(world.store.articles.list(new_in_run=RunId(99))) == []


def test_articles_are_filtered_by_the_time_they_state_or_else_were_first_seen(world: World) -> None:
    world.record(
        new_article("1", reading=reading("甲", published_at=later(days=-3))),
        new_article("2", reading=reading("乙", published_at=later(days=-1))),
        new_article("3", words="丙"),
    )
    listed = world.store.articles.list
    assert names(listed(since=later(days=-1))) == ["2", "3"]
    assert names(listed(until=later(days=-1))) == ["1"]
    assert names(listed(since=later(days=-3), until=NOW)) == ["1", "2"]
    world.visit(new_revision(world.known("1"), "neu", later(hours=1), reading=reading("neu", published_at=NOW)))
    assert names(listed(since=NOW)) == ["1", "3"]


def test_what_was_taken_down_is_listed_only_for_who_asks_for_it(world: World) -> None:
    world.record(new_article("1"), new_article("2", words="乙"))
    world.store.articles.takedown(ArticleId(1), Takedown.WITHHELD, "", NOW)
    assert names(world.store.articles.list()) == ["2"]
    assert names(world.store.articles.list(include_taken_down=True)) == ["1", "2"]


def test_an_article_is_found_by_each_of_its_names(world: World) -> None:
    world.record(
        new_article("1", url="http://www.example.cn/art/1.html?from=feed", aliases=("id:77",), external_id="import-7")
    )
    find = world.store.articles.find
    expected = world.store.articles.get(ArticleId(1))
    for name in (url("1"), "http://www.example.cn/art/1.html?from=feed", "id:77", "import-7", "1", " 1 "):
        assert find(name) == expected, name


def test_digits_that_are_no_id_may_be_the_name_an_import_gave(world: World) -> None:
    world.record(
        new_article("1", external_id="20240501123456789012345"), new_article("2", words="乙", external_id="900")
    )
    assert world.store.articles.find("20240501123456789012345").external_id == "20240501123456789012345"
    assert world.store.articles.find("900").external_id == "900"


@pytest.mark.parametrize("name", ["", " ", "9", "http://nowhere.cn/", "9" * 40, "-1", "१"])
def test_what_is_not_stored_is_not_found(world: World, name: str) -> None:
    world.record(new_article())
    with pytest.raises(NotFound):
        world.store.articles.find(name)


def test_numbers_that_nothing_has_are_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="no article 5"):
        store.articles.get(ArticleId(5))
    with pytest.raises(NotFound, match="no article 5"):
        store.articles.snapshots(ArticleId(5))
    with pytest.raises(NotFound, match="no article 5"):
        store.articles.revisions(ArticleId(5))
    with pytest.raises(NotFound, match="no extraction of snapshot 5"):
        store.articles.extraction(SnapshotId(5))


def test_an_article_is_known_by_key_and_by_alias_at_its_publisher_only(world: World) -> None:
    world.record(new_article("1", aliases=(url("a"),)))
    known = world.store.articles.known(world.source.publisher_id, [url("1"), url("a"), url("x")])
    assert set(known) == {url("1"), url("a")}
    assert known[url("1")] == known[url("a")]
    stranger = World(world.store, "other", publisher=world.source.publisher.__class__(name="别家"))
    assert world.store.articles.known(stranger.source.publisher_id, [url("1")]) == {}
    assert world.store.articles.known(world.source.publisher_id, []) == {}


def test_what_is_known_is_that_of_the_newest_snapshot(world: World) -> None:
    world.record(new_article(words="甲"))
    world.visit(new_revision(world.known(), "乙", later(hours=1)))
    known = world.known()
    assert (known.payload_digest, known.content_digest) == (digest("乙"), digest("words 乙"))
    assert (known.extractor, known.gone, known.takedown) == ("html/1", False, None)
    assert known.snapshot_id == world.store.articles.snapshots(known.id)[-1].id


def test_a_304_may_bring_newer_validators_and_keeps_the_others(world: World) -> None:
    old, new = "Wed, 01 May 2024 04:00:00 GMT", "Thu, 02 May 2024 04:00:00 GMT"
    world.record(new_article(visited=visited(headers=(("etag", '"1"'), ("last-modified", old)))))
    assert world.known().validators == Validators(etag='"1"', last_modified=old)
    world.visit(revisit(world.known(), visited=visited(at=later(hours=1), headers=(("last-modified", new),))))
    assert world.known().validators == Validators(etag='"1"', last_modified=new)


def test_an_article_without_a_url_has_none(world: World) -> None:
    world.record(new_article(url=None, external_id="text-1"))
    assert world.store.articles.find("text-1").url is None


def test_the_story_of_an_article_comes_with_it(world: World) -> None:
    world.record(new_article())
    assert world.store.articles.get(ArticleId(1)).story_id is None
    [member] = world.store.copies.settle([ArticleId(1)], NOW)
    article = world.store.articles.get(ArticleId(1))
    assert (article.story_id, article.relation) == (member.story_id, member.relation)
