"""Let go of the fingerprints of old articles: near copies of them are not found any more, exact ones always are.

They lie in the order of their hashes, and no index leads to them from an article. So all are gone through, a stretch in
a transaction: that is done once a day, while looking one up is done for every text.
"""

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, tuple_

from storage.database import Database
from storage.keeping.ages import Limit
from storage.keeping.batches import Batches, Freed
from storage.schema import articles, changes, fingerprints, runs

_Place = tuple[int, int]

#: Fingerprints in one transaction.
_STRETCH = 20_000


def prune_fingerprints(database: Database, limit: Limit, batches: Batches) -> Freed:
    """Those of articles that came with old runs; with `batches.dry` only how many they are."""
    with database.read() as connection:
        upto = _last_old(connection, limit)
    if not upto:
        return Freed()
    if batches.dry:
        with database.read() as connection:
            old = select(func.count()).select_from(fingerprints).where(fingerprints.c.article_id <= upto)
            return Freed(connection.execute(old).scalar_one())
    done = Freed()
    after: _Place | None = None
    while batches.may_go_on():
        with database.write() as connection:
            last = _end_of_stretch(connection, after)
            found = delete(fingerprints).where(fingerprints.c.article_id <= upto, *_between(after, last))
            done += Freed(connection.execute(found).rowcount)
        if last is None:
            break
        after = last
    return done


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


def _end_of_stretch(connection: Connection, after: _Place | None) -> _Place | None:
    place = fingerprints.c.h, fingerprints.c.article_id
    query = select(*place).where(*_between(after, None)).order_by(*place).offset(_STRETCH).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.h, row.article_id)


def _between(after: _Place | None, upto: _Place | None) -> list[ColumnElement[bool]]:
    place = tuple_(fingerprints.c.h, fingerprints.c.article_id)
    found: list[ColumnElement[bool]] = []
    if after is not None:
        found.append(place > tuple_(*after))
    if upto is not None:
        found.append(place <= tuple_(*upto))
    return [and_(*found)] if found else []
