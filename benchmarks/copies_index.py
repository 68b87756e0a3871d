"""How fast copies are looked up in a large index, and how large it is: real tables, synthetic texts.

    python -m benchmarks.copies_index                        one million texts on SQLite
    python -m benchmarks.copies_index --documents 10000000   ten million: two hours or more, 12 GB in TMPDIR
    python -m benchmarks.copies_index --url postgresql://…   an empty database of its own on PostgreSQL
    python -m benchmarks.copies_index --ratio                look-up and insert against a plain insert of unique hashes

A text has 12 hashes. As in a real archive some are boilerplate: a fifth of the texts are in a crowd and have 24, three
of them from a pool of footers and forms, each of which 200 texts have, near the limit at which a hash is no longer
stored. A look-up asks for 33 hashes; a fifth of those that ask carry boilerplate too, and half are copies.

The plain insert asks first which of its hashes are there, as it must, and its table holds as many as there are texts.
Times are told twice: on the clock, and of this process alone, which others on the machine disturb less.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Column, Connection, LargeBinary, MetaData, Table, bindparam, func, insert, select, text

from storage.copies import postings
from storage.copies.fresh import ENOUGH
from storage.copies.index import StoredIndex
from storage.database import Database
from storage.rows import Values
from storage.schema import articles, publishers, sources, stories, story_members
from storage.store import Store
from text.copies.index import HOT
from text.copies.sketch import CROWDED, USUAL

#: What a text of 1,000 characters is looked up by.
ASKED = 33
BATCH = 100
LOOK_UPS = 2000
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
#: Texts for each boilerplate hash of the pool, on average: most of them are near the limit.
_SHARED_BY = 200
#: Texts with boilerplate, as one of so many, and its hashes in them.
_WITH, _OF_THEM = 5, 3

#: What the insert is measured against: 32 bytes that are unique, and nothing else.
_PLAIN = Table("plain_hashes", MetaData(), Column("digest", LargeBinary, primary_key=True))

Hashes = Mapping[int, Sequence[int]]


class Texts:
    """The hashes of texts by their numbers: the same for the same number, so that none need be kept."""

    def __init__(self, documents: int) -> None:
        self._pool = max(1, documents * _OF_THEM // (_WITH * _SHARED_BY))

    def stored(self, number: int) -> list[int]:
        draw = random.Random(number)
        own = [_hash(draw) for _ in range(_many(number))]
        if number % _WITH == 0:
            own[:_OF_THEM] = (random.Random(-1 - each).getrandbits(44) for each in self._some(draw))
        return own

    def asked(self, number: int, copy_of: int | None) -> list[int]:
        """What a new text asks for: its own hashes, with those of a text that it is a copy of among them."""
        own = [_hash(draw) for draw in [random.Random(-number - 7)] for _ in range(ASKED)]
        if copy_of is not None:
            shared = self.stored(copy_of)[_OF_THEM:]
            own[: len(shared)] = shared
        if number % _WITH == 0:
            own[-_OF_THEM:] = (random.Random(-1 - each).getrandbits(44) for each in self._some(random.Random(number)))
        return own

    def _some(self, draw: random.Random) -> list[int]:
        """Which of the pool a text carries."""
        return [draw.randrange(self._pool) for _ in range(_OF_THEM)]


def _many(number: int) -> int:
    """How many hashes are stored of a text."""
    return CROWDED if number % _WITH == 0 else USUAL


def _hash(draw: random.Random) -> int:
    """A hash as the smallest of a text are: they crowd at the lower end."""
    return -(1 << 47) + draw.getrandbits(43)


def fill(database: Database, texts: Texts, documents: int) -> None:
    """The rows of so many texts, a large batch at a time; each is a story of its own."""
    step = 20_000
    with database.write() as connection:
        people(connection)
    for start in range(1, documents + 1, step):
        numbers = range(start, min(start + step, documents + 1))
        with database.write() as connection:
            members(connection, numbers)
            postings.add(connection, ((h, each) for each in numbers for h in texts.stored(each)))
        print(f"\r{numbers[-1]:,} texts", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def people(connection: Connection) -> None:
    """A publisher with a source."""
    connection.execute(insert(publishers).values(id=1, name="x", hosts=[]))
    told: Values = {"id": 1, "key": "x", "publisher_id": 1, "kind": "import", "url": "", "scope": "all"}
    told |= {"confidence": "high", "declared_by": "hand", "tls": "verified", "rules": {}, "state": "active"}
    connection.execute(insert(sources).values(**told, note="", created_at=_NOW, failures=0))


def members(connection: Connection, numbers: Sequence[int]) -> None:
    """Articles of these numbers, each decided and the only member of its story."""
    connection.execute(insert(articles), [_article(each) for each in numbers])
    connection.execute(insert(stories), [{"id": each, "created_at": _NOW} for each in numbers])
    connection.execute(insert(story_members), [_member(each) for each in numbers])


def _article(number: int) -> Values:
    said: Values = {"id": number, "publisher_id": 1, "article_key": f"import:{number}", "source_id": 1}
    return said | {"external_id": "", "first_seen_at": _NOW, "takedown_reason": ""}


def _member(number: int) -> Values:
    said: Values = {"article_id": number, "story_id": number, "relation": "original", "evidence": ""}
    return said | {"joined_at": _NOW, "copy_key": random.Random(~number).randbytes(16), "rules": 1, "composite": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds that something took, on the clock and of this process."""

    clock: float
    own: float


@contextmanager
def spent(into: list[Spent]) -> Iterator[None]:
    clock, own = time.perf_counter(), time.process_time()
    yield
    into.append(Spent(clock=time.perf_counter() - clock, own=time.process_time() - own))


def look_ups(database: Database, texts: Texts, documents: int, *, batch: int) -> list[Spent]:
    """What each batch of so many texts took to look up, with their keys."""
    draw = random.Random(11)
    told: list[Spent] = []
    for start in range(0, LOOK_UPS, batch):
        asked: Hashes = {
            documents + start + at: texts.asked(start + at, draw.randint(1, documents) if at % 2 else None)
            for at in range(batch)
        }
        keys = [draw.randbytes(16) for _ in asked]
        with database.read() as connection, spent(told):
            index = StoredIndex(connection)
            index.hot({each for hashes in asked.values() for each in hashes})
            index.exact(keys)
            index.candidates(asked)
    return told


def ratio(database: Database, texts: Texts, documents: int) -> tuple[list[Spent], list[Spent]]:
    """What batches of 100 took: plain inserts of unique hashes into as many, and look-ups with inserts.

    There are as many of the latter as go into the index at once, so that this has its share in them.
    """
    rounds = 2 * ENOUGH // sum(map(_many, range(BATCH)))
    _fill_plain(database, documents)
    plain: list[Spent] = []
    ours: list[Spent] = []
    for at in range(rounds):
        rows = [{"digest": _digest(documents + at * BATCH + each)} for each in range(BATCH)]
        with spent(plain), database.write() as connection:
            query = select(_PLAIN.c.digest).where(_PLAIN.c.digest.in_(bindparam("known", expanding=True)))
            connection.execute(query, {"known": [row["digest"] for row in rows]}).all()
            connection.execute(insert(_PLAIN), rows)
        numbers = range(documents + at * BATCH + 1, documents + (at + 1) * BATCH + 1)
        asked = {each: texts.asked(each, each % documents + 1 if each % 2 else None) for each in numbers}
        stored = {each: hashes[: _many(each)] for each, hashes in asked.items()}
        with spent(ours), database.write() as connection:
            index = StoredIndex(connection)
            index.hot({each for hashes in asked.values() for each in hashes})
            index.candidates(asked)
            index.remember(connection, stored)
    return plain, ours


def _fill_plain(database: Database, documents: int) -> None:
    with database.write() as connection:
        _PLAIN.create(connection)
        for start in range(0, documents, 10_000):
            connection.execute(insert(_PLAIN), [{"digest": _digest(start + each)} for each in range(10_000)])


def _digest(number: int) -> bytes:
    return random.Random(~number).randbytes(32)


def sizes(database: Database, documents: int) -> Iterator[tuple[str, float]]:
    """Bytes a text of what finding copies keeps."""
    names = ("fingerprints", "fresh_fingerprints", "ix_story_members_copy_key", "hot_fingerprints")
    with database.read() as connection:
        for name in names:
            if database.is_sqlite:
                query = text("SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name = :name")
                found = connection.execute(query, {"name": name}).scalar_one()
            else:
                found = connection.execute(select(func.pg_total_relation_size(name))).scalar_one()
            yield name, found / documents


def report(store: Store, options: argparse.Namespace) -> None:
    texts = Texts(options.documents)
    began = time.monotonic()
    fill(store.database, texts, options.documents)
    print(f"{options.documents:,} texts, filled in {time.monotonic() - began:.0f} s")
    total = 0.0
    for name, each in sizes(store.database, options.documents):
        total += each
        print(f"  {name:28}{each:8.1f} bytes a text")
    print(f"  {'together':28}{total:8.1f} (bar on SQLite: 320)")
    for batch in (1, BATCH):
        told = look_ups(store.database, texts, options.documents, batch=batch)
        for name in ("clock", "own"):
            times = sorted(getattr(one, name) * 1000 / batch for one in told)
            middle, p95 = statistics.median(times), times[int(len(times) * 0.95)]
            print(f"{name:6} look-up, batches of {batch:3}: median {middle:.3f} ms a text, p95 {p95:.3f} ms")
    plain, ours = ratio(store.database, texts, options.documents)
    for name in ("clock", "own"):
        each, other = (BATCH * len(told) / sum(getattr(one, name) for one in told) for told in (plain, ours))
        print(
            f"{name:6} plain insert {each:,.0f} texts a second, look-up and insert {other:,.0f}: 1/{each / other:.2f}"
        )
    typical = statistics.median(one.own for one in ours), statistics.median(one.own for one in plain)
    print(f"       without putting into the index 1/{typical[0] / typical[1]:.2f} (bar 1/2.5)")
    print(f"a hash is no longer stored when {HOT} texts have it")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--url", help="an empty database; without it an SQLite file that is removed again")
    parser.add_argument("--ratio", action="store_true", help="a smaller index: 100,000 texts")
    options = parser.parse_args()
    if options.ratio:
        options.documents = 100_000
    with tempfile.TemporaryDirectory() as folder:
        url = options.url or f"sqlite:///{Path(folder) / 'quxun.db'}"
        with Store.open(url, migrate=True) as store:
            report(store, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
