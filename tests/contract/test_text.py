"""What pages contain and databases do not like: the same must come out of both, or nothing get in."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import UsageError
from storage.intents import EntriesSeen
from storage.records import Lead, Link, Person, RunStatus
from storage.store import Store
from tests.builders import NOW, World, entry, extraction, issue_seen, new_article, reading, url
from tests.contract.conftest import OpenStore

BEYOND_BMP = "𠮷野家、𰻞𰻞面、🎉"


def read_back(world: World, title: str, text: str) -> tuple[str, str]:
    page = reading()
    world.record(
        new_article(
            reading=type(page)(
                payload_digest=page.payload_digest,
                content_digest=page.content_digest,
                extraction=extraction(title, text, byline=(Person(name=title),), evidence={"title": title}),
            )
        )
    )
    read = world.store.articles.find(url()).extraction
    assert (read.byline[0].name, read.evidence["title"]) == (read.title, read.title)
    return read.title, read.text


def test_characters_beyond_the_bmp_come_back(world: World) -> None:
    assert read_back(world, BEYOND_BMP, f"段一\n{BEYOND_BMP}") == (BEYOND_BMP, f"段一\n{BEYOND_BMP}")


def test_nul_characters_are_left_out(world: World) -> None:
    assert read_back(world, "标\x00题", "\x00正文\x00") == ("标题", "正文")


def test_lone_surrogates_are_replaced(world: World) -> None:
    assert read_back(world, "标\ud83d题", "正文\udc00") == ("标\ufffd题", "正文\ufffd")


@settings(max_examples=15)
@given(title=st.text(max_size=30), text=st.text(alphabet=st.characters(), max_size=60))
def test_any_text_can_be_stored(open_store: OpenStore, title: str, text: str) -> None:
    with open_store() as store:
        stored = read_back(World(store), title, text)
    assert stored == tuple(
        "".join("\ufffd" if "\ud800" <= each <= "\udfff" else each for each in given if each != "\x00")
        for given in (title, text)
    )


def test_unstorable_characters_are_cleaned_wherever_they_stand(world: World) -> None:
    bad = "a\x00b\ud800c"
    world.record(
        EntriesSeen(listing_id=world.listing.id, entries=(entry(bad, title=bad, entry_id=bad, page=bad),), seen_at=NOW),
        issue_seen(name=bad, detail=bad),
        new_article(
            bad,
            aliases=(f"id:{bad}",),
            reading=reading(
                leads=(Lead(title=bad),), images=(Link(url=bad, label=bad),), origin=bad, category=bad, credit=bad
            ),
        ),
    )
    world.store.runs.finish(world.run.id, RunStatus.FAILED, NOW, world.run.counters, bad, bad)
    clean = "ab\ufffdc"
    assert world.store.runs.get(world.run.id).log_tail == clean
    assert world.store.issues.list()[0].detail == clean
    assert world.store.articles.find(url(clean)).extraction.leads[0].title == clean
    assert world.due() == []


def test_an_entry_with_unstorable_characters_in_its_key_is_known_by_the_key_as_it_was_asked(world: World) -> None:
    bad = url("a\x00b")
    world.store.entries.add(world.source.id, [entry(key=bad)], NOW)
    assert set(world.store.entries.known(world.source.id, [bad])) == {bad}
    world.record(new_article(key=bad))
    assert set(world.store.articles.known(world.source.publisher_id, [bad])) == {bad}


def test_names_too_long_for_an_index_are_still_told_apart(world: World) -> None:
    long = [url("鲁" * 2000 + str(number)) for number in range(2)]
    world.store.entries.add(world.source.id, [entry(key=name, url=name) for name in long], NOW)
    known = world.store.entries.known(world.source.id, long)
    assert [known[name].entry.url for name in long] == long
    for number, name in enumerate(long):
        world.record(new_article(str(number), words=str(number), key=name, url=name, aliases=(name + "#",)))
    articles = world.store.articles.known(world.source.publisher_id, long)
    assert articles[long[0]].id != articles[long[1]].id
    assert world.store.articles.find(long[1]).id == articles[long[1]].id


def test_a_time_without_a_zone_is_refused_with_a_sentence(world: World) -> None:
    naive = datetime(2024, 5, 1, 12, 0)  # noqa: DTZ001 - what must not get in
    with pytest.raises(UsageError, match="the time 2024-05-01T12:00:00 has no zone and cannot be stored"):
        world.record(new_article(at=naive))
    with pytest.raises(UsageError, match="no zone"):
        world.store.entries.due(world.source.id, naive)
    with pytest.raises(UsageError, match="no zone"):
        world.record(new_article(reading=reading(leads=(Lead(title="x", published_at=naive),))))
    assert world.store.articles.list() == []
    assert world.store.connections_in_use() == 0


def test_times_of_any_zone_come_back_in_utc(store: Store) -> None:
    beijing = datetime(2024, 5, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    world = World(store)
    store.entries.add(world.source.id, [entry()], beijing)
    seen = world.entry_of().first_seen_at
    assert seen == beijing
    assert seen.utcoffset() == timedelta(0)
    assert world.due(beijing) == ["1"]
