"""The index of copies by itself: what it finds while fingerprints wait, when they are put into it, and afterwards."""

import random
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, func, select

from benchmarks.copies_index import members, people
from storage.copies import fresh, postings
from storage.copies.index import StoredIndex
from storage.copies.lists import packed, unpacked
from storage.schema import fingerprints, fresh_fingerprints, hot_fingerprints
from storage.store import Store
from tests.apart import ended
from tests.contract.dying import merge

_HOT = 12


class Brought:
    """Texts in the order in which they came, and who shares hashes by plain counting."""

    def __init__(self) -> None:
        self.texts: dict[int, Sequence[int]] = {}

    def sharing(self, hashes: Sequence[int], hot: set[int]) -> list[tuple[int, int]]:
        """The articles with two of the hashes or more, the most first, and then the oldest with one."""
        asked = set(hashes) - hot
        counted = ((article, len(asked.intersection(has))) for article, has in self.texts.items())
        found = sorted(((article, count) for article, count in counted if count), key=lambda each: (-each[1], each[0]))
        strong = [each for each in found if each[1] > 1][:40]
        return strong + [each for each in found if each[1] == 1][: min(6, 40 - len(strong))]


@pytest.fixture
def enough(monkeypatch: pytest.MonkeyPatch) -> int:
    """So few fingerprints wait that they are put into the index again and again."""
    monkeypatch.setattr(fresh, "ENOUGH", 150)
    return 150


def fill(store: Store, articles: int) -> None:
    """Articles that were decided, each a story of its own."""
    with store.database.write() as connection:
        people(connection)
        members(connection, range(1, articles + 1))


def bring(connection: Connection, texts: Mapping[int, Sequence[int]], hot: int = 300) -> None:
    index = StoredIndex(connection, hot=hot)
    index.candidates(texts)
    index.remember(connection, texts)


def told(connection: Connection, hashes: Sequence[int]) -> list[tuple[int, int]]:
    return [(each.id, each.shared) for each in StoredIndex(connection).candidates({0: hashes})[0]]


def everything(connection: Connection) -> set[tuple[int, int]]:
    """All fingerprints, wherever they are."""
    rows = connection.execute(select(fingerprints)).all()
    return {(row.h, article) for row in rows for article in unpacked(row.article_ids)} | set(
        fresh.waiting_pairs(connection)
    )


def waiting(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(fresh_fingerprints)).scalar_one()


@contextmanager
def undone(store: Store) -> Iterator[Connection]:
    """A transaction that does not come to its end."""
    with store.database.write() as connection:
        yield connection
        connection.rollback()


@pytest.mark.usefixtures("enough")
def test_the_same_articles_are_found_while_fingerprints_wait_and_afterwards(store: Store) -> None:
    fill(store, 200)
    draw, brought, hot = random.Random(1), Brought(), set[int]()
    for start in range(1, 200, 10):
        texts = {each: sorted(draw.sample(range(-60, 60), 6)) for each in range(start, start + 10)}
        texts |= {start: sorted(draw.sample(range(-60, 2**47, 2**40), 6))}  # shares hardly any
        with store.database.write() as connection:
            index = StoredIndex(connection, hot=_HOT)
            assert set(index.hot(range(-60, 60))) == hot & set(range(-60, 60))
            found = index.candidates({each: [one for one in has if one not in hot] for each, has in texts.items()})
            shown = {each: [(one.id, one.shared) for one in candidates] for each, candidates in found.items()}
            assert shown == {each: brought.sharing(has, hot) for each, has in texts.items()}
            index.remember(connection, {each: [one for one in has if one not in hot] for each, has in texts.items()})
        brought.texts |= texts
        shared = [one for has in brought.texts.values() for one in has]
        hot = {one for one in set(shared) if shared.count(one) >= _HOT}
    with store.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(fingerprints)).scalar_one() > 0
        assert hot, "nothing became boilerplate"


def test_fingerprints_that_were_put_into_the_index_wait_no_more_and_are_found_once(store: Store, enough: int) -> None:
    fill(store, 40)
    texts = {each: range(each * 100, each * 100 + 10) for each in range(1, 41)}
    for each, has in texts.items():
        with store.database.write() as connection:
            bring(connection, {each: has})
    with store.database.read() as connection:
        assert waiting(connection) < enough // 10
        assert len(everything(connection)) == 400
        assert [told(connection, has) for has in texts.values()] == [[(each, 10)] for each in texts]


def test_what_was_rolled_back_is_not_found_by_the_connection_that_had_read_it(store: Store) -> None:
    fill(store, 2)
    with undone(store) as connection:
        bring(connection, {1: [5, 6]})
        assert told(connection, [5, 6]) == [(1, 2)]
    with store.database.write() as connection:
        assert told(connection, [5, 6]) == []
        bring(connection, {2: [6, 7]})
        assert told(connection, [5, 6, 7]) == [(2, 2)]


@pytest.mark.usefixtures("enough")
def test_putting_into_the_index_that_does_not_come_to_its_end_loses_nothing(store: Store) -> None:
    fill(store, 3)
    with store.database.write() as connection:
        bring(connection, {1: range(100)})
    with undone(store) as connection:
        bring(connection, {2: range(50, 150)})
        assert waiting(connection) == 0
    with store.database.read() as connection:
        assert (waiting(connection), told(connection, range(100))) == (1, [(1, 100)])


def test_putting_into_the_index_that_is_killed_at_any_statement_loses_nothing(store: Store) -> None:
    fill(store, 3)
    with store.database.write() as connection:
        bring(connection, {1: range(40), 2: range(30, 60)})
        fresh.merge(connection)
        bring(connection, {3: range(20, 50)})
        before = everything(connection)
    url = store.database.engine.url.render_as_string(hide_password=False)
    at, killed = 1, -signal.SIGKILL
    while (code := ended(merge, url, at)) == killed:
        with store.database.read() as connection:
            assert (waiting(connection), everything(connection)) == (1, before)
            assert told(connection, range(20, 60)) == [(2, 30), (3, 30), (1, 20)]
        at += 1
    assert code == 0
    assert at > 4, "nothing was interrupted"
    with store.database.read() as connection:
        assert (waiting(connection), everything(connection)) == (0, before)


def test_two_processes_find_what_the_other_brought_and_put_into_the_index(store: Store) -> None:
    fill(store, 3)
    with Store.open(store.database.engine.url.render_as_string(hide_password=False)) as other:
        for at, (bringing, asking) in enumerate(((store, other), (other, store), (store, other)), start=1):
            with bringing.database.write() as connection:
                bring(connection, {at: [10 * at, 10 * at + 1, 99]})
            with asking.database.read() as connection:
                assert told(connection, [10 * at, 10 * at + 1]) == [(at, 2)]
        with store.database.write() as connection:
            fresh.merge(connection)
        with other.database.read() as connection:
            assert told(connection, [10, 11, 99]) == [(1, 3), (2, 1), (3, 1)]


def test_a_text_that_is_brought_again_has_each_fingerprint_once(store: Store) -> None:
    fill(store, 1)
    for _ in range(2):
        with store.database.write() as connection:
            bring(connection, {1: [1, 2, 3]})
            fresh.merge(connection)
            bring(connection, {1: [1, 2, 3]})
            assert told(connection, [1, 2, 3]) == [(1, 3)]
    with store.database.read() as connection:
        lists = connection.execute(select(fingerprints.c.article_ids)).scalars().all()
        assert ([bytes(each) for each in lists], waiting(connection)) == ([packed([1])] * 3, 0)


def test_articles_are_forgotten_whether_their_fingerprints_wait_or_not(store: Store) -> None:
    fill(store, 4)
    with store.database.write() as connection:
        bring(connection, {1: [1, 2], 2: [2, 3]})
        fresh.merge(connection)
        bring(connection, {3: [1, 2], 4: [4]})
        fresh.forget(connection, {1, 3}, fresh.hashes_of(connection, {1, 3}))
        assert everything(connection) == {(2, 2), (3, 2), (4, 4)}
        assert told(connection, [1, 2, 3, 4]) == [(2, 2), (4, 1)]


def test_articles_are_forgotten_though_their_fingerprints_were_put_into_the_index_meanwhile(store: Store) -> None:
    fill(store, 2)
    with store.database.write() as connection:
        bring(connection, {1: [1, 2], 2: [2, 3]})
        found = fresh.hashes_of(connection, {1})
    with store.database.write() as connection:
        fresh.merge(connection)
        fresh.forget(connection, {1}, found)
        assert everything(connection) == {(2, 2), (3, 2)}


def test_an_article_whose_number_stands_across_two_others_is_not_taken_for_one_of_them(store: Store) -> None:
    straddling = 65536
    assert packed([straddling]) in packed([1, 256])
    with store.database.write() as connection:
        postings.add(connection, [(7, 1), (7, 256), (8, straddling)])
        found = postings.hashes_of(connection, {straddling})
        assert found == {8}
        postings.forget(connection, {straddling}, found)
        assert everything(connection) == {(7, 1), (7, 256)}


def test_boilerplate_is_one_row_after_fingerprints_were_put_into_the_index(store: Store) -> None:
    fill(store, 8)
    with store.database.write() as connection:
        for each in range(1, 9):
            bring(connection, {each: [each // 3]}, hot=2)
        assert StoredIndex(connection).hot(range(9)) == {0, 1, 2}
        fresh.merge(connection)
        assert connection.execute(select(func.count()).select_from(hot_fingerprints)).scalar_one() == 1
        assert StoredIndex(connection).hot(range(9)) == {0, 1, 2}
        assert everything(connection) == set()
