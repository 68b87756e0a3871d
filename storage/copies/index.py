"""What the rules ask of the database, each question once for a batch; and what they want remembered of a text."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from storage.copies import documents, fresh, lines, postings
from storage.copies.lists import listed, numbers
from storage.schema import story_members
from text.copies.index import CANDIDATES, HOT, Candidate, Known

#: Candidates of each text whose texts are read before they are asked for.
_AHEAD = 20
#: Candidates that share one hash, which may be no more than a phrase.
_WEAK = 6


class StoredIndex:
    """The index as it is in one transaction. Answers are kept, so that a batch may be decided twice."""

    def __init__(self, connection: Connection, hot: int = HOT) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._limit = hot
        self._known: dict[int, Known | None] = {}
        self._lines: dict[str, Collection[str]] = {}
        #: The hashes that were asked for, and the articles of those that any have.
        self._asked: set[int] = set()
        self._sharing: dict[int, tuple[int, ...]] = {}
        self._waiting: fresh.Fresh | None = None
        self._ahead: set[int] = set()

    # ------------------------------------------------------------------ what is asked
    def exact(self, keys: Collection[bytes]) -> Mapping[bytes, Sequence[Candidate]]:
        """The articles that have one of these keys, the oldest first."""
        found: dict[bytes, list[Candidate]] = defaultdict(list)
        for key, article, story in self._connection.execute(_EXACT, {"keys": list(keys)}).all() if keys else ():
            found[bytes(key)].append(Candidate(id=article, shared=1, story=story))
        self._look_ahead(found.values())
        return found

    def hot(self, hashes: Collection[int]) -> Collection[int]:
        """Those of the hashes that are boilerplate."""
        return self._fresh(self._connection).hot.intersection(hashes)

    def candidates(self, asked: Mapping[int, Sequence[int]]) -> Mapping[int, Sequence[Candidate]]:
        """For each text, the articles that share its hashes, the most first."""
        self._read_hashes(self._connection, set(chain.from_iterable(asked.values())))
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
        self._read_hashes(connection, set(chain.from_iterable(hashes.values())))
        known = self._sharing
        new = [
            (each, document)
            for document, kept in hashes.items()
            for each in kept
            if each not in known or document not in known[each]
        ]
        counted = Counter(each for each, _ in new)
        hot = {each for each, more in counted.items() if more + len(known.get(each, ())) >= self._limit}
        if hot:
            postings.remove(connection, hot)
            fresh.add_hot(connection, hot)
            new = [pair for pair in new if pair[0] not in hot]
        fresh.add(connection, new)

    # ------------------------------------------------------------------ the queries
    def _fresh(self, connection: Connection) -> fresh.Fresh:
        """What is not in the index yet: read once, as this is one transaction."""
        if self._waiting is None:
            self._waiting = fresh.fresh(connection)
        return self._waiting

    def _read_hashes(self, connection: Connection, hashes: set[int]) -> None:
        missing = hashes - self._asked
        if not missing:
            return
        self._asked |= missing
        found = postings.sharing(connection, missing)
        for each, articles in self._fresh(connection).sharing(missing):
            found[each] = (*found.get(each, ()), *articles)
        self._sharing |= found

    def _most_shared(self, hashes: Iterable[int]) -> list[tuple[int, int]]:
        lists = list(filter(None, map(self._sharing.get, hashes)))
        seen: set[int] = set()
        again: set[int] = set()
        for articles in lists:
            again.update(seen.intersection(articles))
            seen.update(articles)
        shared = Counter(chain.from_iterable(map(again.intersection, lists)))
        strong = sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:CANDIDATES]
        room = min(_WEAK, CANDIDATES - len(strong), len(seen) - len(again))
        if not room:
            return strong
        # A list is all but in order, so that sorting them together is little work.
        once = (article for article in sorted(chain.from_iterable(lists)) if article not in again)
        return strong + [(article, 1) for article in islice(once, room)]

    def _stories(self, ids: Collection[int]) -> dict[int, int]:
        if not ids:
            return {}
        query = _stories(self._dialect)
        rows = self._connection.execute(query, {"ids": numbers(self._dialect, ids)})
        return dict(rows.all())

    def _look_ahead(self, found: Iterable[Sequence[Candidate]]) -> None:
        """Read the most promising texts with the next that is asked for: a query each would cost more."""
        for candidates in found:
            self._ahead.update(each.id for each in islice(candidates, _AHEAD))


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
    told = select(ranked.c.copy_key, ranked.c.article_id, ranked.c.story_id)
    return told.where(ranked.c.age <= CANDIDATES).order_by(ranked.c.copy_key, ranked.c.age)


_EXACT = _build_exact()
