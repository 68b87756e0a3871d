"""What the rules ask of the database, each question once for a batch; and what they want remembered of a text."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from heapq import nsmallest
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, select

from storage.copies import documents, lines
from storage.copies.lists import add_pairs, gathered, listed, numbers, numbers_of, within
from storage.schema import fingerprints, hot_fingerprints, story_members
from text.copies.index import CANDIDATES, HOT, Candidate, Known

#: Candidates of each text whose texts are read before they are asked for.
_AHEAD = 12
#: Candidates that share one hash, which may be no more than a phrase.
_WEAK = 12


class StoredIndex:
    """The index as it is in one transaction. Answers are kept, so that a batch may be decided twice."""

    def __init__(self, connection: Connection, hot: int = HOT) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._limit = hot
        self._known: dict[int, Known | None] = {}
        self._lines: dict[str, Collection[str]] = {}
        self._by_hash: dict[int, Sequence[int]] = {}
        self._hot: set[int] = set()
        self._ahead: set[int] = set()

    # ------------------------------------------------------------------ what is asked
    def exact(self, keys: Collection[bytes]) -> Mapping[bytes, Sequence[Candidate]]:
        """The articles that have one of these keys, the oldest first."""
        found: dict[bytes, list[Candidate]] = defaultdict(list)
        for row in self._connection.execute(_EXACT, {"keys": list(keys)}) if keys else ():
            found[bytes(row.copy_key)].append(Candidate(id=row.article_id, shared=1, story=row.story_id))
        self._look_ahead(found.values())
        return found

    def hot(self, hashes: Collection[int]) -> Collection[int]:
        """Those of the hashes that are boilerplate."""
        query = _hot(self._dialect)
        self._hot = set(self._connection.execute(query, {"hashes": numbers(self._dialect, hashes)}).scalars())
        return self._hot

    def candidates(self, asked: Mapping[int, Sequence[int]]) -> Mapping[int, Sequence[Candidate]]:
        """For each text, the articles that share its hashes, the most first."""
        self._read_hashes({each for hashes in asked.values() for each in hashes})
        best = {document: self._most_shared(hashes) for document, hashes in asked.items()}
        stories = self._stories({each for found in best.values() for each, _ in found})
        result = {
            document: [
                Candidate(id=each, shared=shared, story=stories[each]) for each, shared in found if each in stories
            ]
            for document, found in best.items()
        }
        self._look_ahead(result.values())
        return result

    def known(self, ids: Collection[int]) -> Mapping[int, Known]:
        """The articles that were decided before, with their texts."""
        if not self._known.keys() >= set(ids):
            missing = ({*ids} | self._ahead) - self._known.keys()
            self._ahead.clear()
            found = documents.known(self._connection, missing)
            self._known |= {each: found.get(each) for each in missing}
        told = {each: self._known[each] for each in ids}
        return {each: known for each, known in told.items() if known is not None}

    def site_lines(self, sites: Collection[str]) -> Mapping[str, Collection[str]]:
        """The boilerplate lines of each publisher."""
        missing = set(sites) - self._lines.keys()
        if missing:
            told = lines.boilerplate_of(self._connection, [int(site) for site in missing if site.isdigit()])
            self._lines |= {site: told.get(int(site), frozenset()) if site.isdigit() else () for site in missing}
        return {site: self._lines[site] for site in sites}

    # ------------------------------------------------------------------ what is remembered
    def remember(self, connection: Connection, hashes: Mapping[int, Sequence[int]]) -> None:
        """Store the hashes of articles; one that too many have by now becomes boilerplate, for all of them."""
        new = sorted((each, document) for document, kept in hashes.items() for each in kept)
        counted = Counter(each for each, document in new if document not in self._by_hash.get(each, ()))
        hot = sorted(each for each, more in counted.items() if len(self._by_hash.get(each, ())) + more >= self._limit)
        if hot:
            self._make_boilerplate(connection, hot)
        left = set(hot) | self._hot
        add_pairs(connection, fingerprints, [pair for pair in new if pair[0] not in left])

    def _make_boilerplate(self, connection: Connection, hot: Sequence[int]) -> None:
        query = delete(fingerprints).where(within(self._dialect, fingerprints.c.h, "hashes"))
        connection.execute(query, {"hashes": numbers(self._dialect, hot)})
        rows = [{"h": each} for each in hot if each not in self._hot]
        if rows:
            connection.execute(hot_fingerprints.insert(), rows)

    # ------------------------------------------------------------------ the queries
    def _read_hashes(self, hashes: set[int]) -> None:
        missing = sorted(hashes - self._by_hash.keys())
        if not missing:
            return
        self._by_hash |= dict.fromkeys(missing, ())
        query = _sharing(self._dialect)
        for each, sharing in self._connection.execute(query, {"hashes": numbers(self._dialect, missing)}):
            self._by_hash[each] = numbers_of(sharing)

    def _most_shared(self, hashes: Iterable[int]) -> list[tuple[int, int]]:
        shared: Counter[int] = Counter()
        for each in hashes:
            sharing = self._by_hash[each]
            if sharing:
                shared.update(sharing)
        strong = [item for item in shared.items() if item[1] > 1]
        strong.sort(key=lambda item: (-item[1], item[0]))
        weak = [document for document, count in shared.items() if count == 1] if len(strong) < CANDIDATES else []
        room = min(_WEAK, CANDIDATES - len(strong))
        return [*strong[:CANDIDATES], *((document, 1) for document in nsmallest(room, weak))]

    def _stories(self, ids: Collection[int]) -> dict[int, int]:
        if not ids:
            return {}
        query = _stories(self._dialect)
        rows = self._connection.execute(query, {"ids": numbers(self._dialect, ids)})
        return {row.article_id: row.story_id for row in rows}

    def _look_ahead(self, found: Iterable[Sequence[Candidate]]) -> None:
        """Read the most promising texts with the next that is asked for: a query each would cost more."""
        for candidates in found:
            self._ahead.update(each.id for each in islice(candidates, _AHEAD))


@cache
def _hot(dialect: str) -> Select[Any]:
    return select(hot_fingerprints.c.h).where(within(dialect, hot_fingerprints.c.h, "hashes"))


@cache
def _sharing(dialect: str) -> Select[Any]:
    sharing = gathered(dialect, fingerprints.c.article_id)
    return (
        select(fingerprints.c.h, sharing).where(within(dialect, fingerprints.c.h, "hashes")).group_by(fingerprints.c.h)
    )


@cache
def _stories(dialect: str) -> Select[Any]:
    """The stories of articles that were decided and not taken down since."""
    decided = story_members.c.copy_key.is_not(None)
    return select(story_members.c.article_id, story_members.c.story_id).where(
        story_members.c.article_id.in_(listed(dialect, "ids")), decided
    )


def _build_exact() -> Select[Any]:
    age = func.row_number().over(partition_by=story_members.c.copy_key, order_by=story_members.c.article_id)
    ranked = (
        select(story_members.c.copy_key, story_members.c.article_id, story_members.c.story_id, age.label("age"))
        .where(story_members.c.copy_key.in_(bindparam("keys", expanding=True)))
        .subquery()
    )
    return select(ranked).where(ranked.c.age <= CANDIDATES).order_by(ranked.c.copy_key, ranked.c.age)


_EXACT = _build_exact()
