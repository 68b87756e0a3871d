"""Let go of the fingerprints of old articles: near copies of them are not found any more, exact ones always are.

They lie in the order of their hashes, and no index leads to them from an article. So all are gone through, a stretch in
a transaction: that is done once a day, while looking one up is done for every text.
"""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, func, select

from storage.copies import fresh, postings
from storage.copies.lists import unpacked
from storage.database import Database
from storage.keeping.ages import Limit
from storage.keeping.batches import Batches, Freed
from storage.schema import articles, changes, fingerprints, runs
from storage.stories import STORIES_LOCK

#: Hashes in one transaction.
_STRETCH = 20_000

_Stretch = Mapping[int, tuple[int, ...]]


def prune_fingerprints(database: Database, limit: Limit, batches: Batches) -> Freed:
    """Those of articles that came with old runs; with `batches.dry` only how many they are."""
    with database.read() as connection:
        upto = _last_old(connection, limit)
        waiting = _old(fresh.waiting_pairs(connection), upto) if upto else 0
    if not upto:
        return Freed()
    if batches.dry:
        return Freed(waiting) + _count(database, upto)
    if waiting:  # it goes where it is met
        with database.write() as connection:
            database.lock(connection, STORIES_LOCK)
            fresh.merge(connection)
    done = Freed()
    after: int | None = None
    while batches.may_go_on():
        with database.write() as connection:
            database.lock(connection, STORIES_LOCK)
            stretch = _stretch(connection, after)
            done += Freed(_prune(connection, stretch, upto))
        if len(stretch) < _STRETCH:
            break
        after = max(stretch)
    return done


def _count(database: Database, upto: int) -> Freed:
    found = Freed()
    after: int | None = None
    with database.read() as connection:
        while stretch := _stretch(connection, after):
            found += Freed(_old(_pairs(stretch), upto))
            after = max(stretch)
    return found


def _prune(connection: Connection, stretch: _Stretch, upto: int) -> int:
    old = {each: has for each, has in stretch.items() if min(has) <= upto}
    postings.replace(connection, {each: [one for one in has if one > upto] for each, has in old.items()})
    return _old(_pairs(old), upto)


def _pairs(stretch: _Stretch) -> Iterator[fresh.Pair]:
    return ((each, article) for each, has in stretch.items() for article in has)


def _old(pairs: Iterable[fresh.Pair], upto: int) -> int:
    return sum(article <= upto for _, article in pairs)


def _stretch(connection: Connection, after: int | None) -> _Stretch:
    """The next hashes and who has them."""
    query = select(fingerprints.c.h, fingerprints.c.article_ids).order_by(fingerprints.c.h).limit(_STRETCH)
    if after is not None:
        query = query.where(fingerprints.c.h > after)
    return {each: unpacked(has) for each, has in connection.execute(query)}


def _last_old(connection: Connection, limit: Limit) -> int:
    """Articles are numbered as they come: all up to this one came with old runs, or without one that is known."""
    young = select(func.min(changes.c.id)).join_from(changes, runs, changes.c.run_id == runs.c.id)
    first = connection.execute(young.where(~func.coalesce(limit.is_past(), False))).scalar()
    query = select(func.max(articles.c.id))
    if first is not None:
        newer = select(func.min(changes.c.article_id)).where(changes.c.id >= first, changes.c.kind == "new-article")
        youngest = connection.execute(newer).scalar()
        if youngest is not None:
            query = query.where(articles.c.id < youngest)
    return connection.execute(query).scalar() or 0
