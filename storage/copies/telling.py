"""Find the original of a story anew when its members are others, and say of each member what it is to another one."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, Update, bindparam, case, func, literal, select, update

from storage import snapshots as visits
from storage.copies.documents import documents
from storage.copies.lists import numbers, within
from storage.records import Precision, Relation
from storage.rows import Values
from storage.schema import articles, extractions, publishers, snapshots, stories, story_members
from text.copies.guard import Slots
from text.copies.keys import fingerprint
from text.copies.original import Carrier, credits_of, original_of
from text.copies.relate import LATER, compared, evidence, relate
from text.copies.relation import COPIES, Evidence, Kinship

#: Characters from each end of a text in which it says where it comes from.
_ENDS = 400
#: Members among which the original is looked for, the first to be published.
_LOOKED_AT = 200
_SAME_WORDS = frozenset({Kinship.EXACT, Kinship.REPEATED})
#: How long after the beginning of what a page states it may have been published.
_SPANS = {Precision.DAY: timedelta(days=1), Precision.MONTH: timedelta(days=31)}


@dataclass(frozen=True, slots=True)
class _Finding:
    """What a member is to its partner."""

    partner_id: int
    kinship: Kinship
    evidence: str


def tell(connection: Connection, story_ids: Collection[int]) -> None:
    """Find the originals of stories, and what their other members are."""
    dialect = connection.dialect.name
    of_story: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(_carriers(dialect), {"ids": numbers(dialect, sorted(story_ids))}):
        of_story[row.story_id].append(row)
    changed: list[Values] = []
    why = []
    for story_id, members in sorted(of_story.items()):
        found = original_of([_carrier(row) for row in members[:_LOOKED_AT]])
        names = {row.article_id: row.publisher for row in members}
        why.append({"number": story_id, "sentence": found.sentence([names[each] for each in found.named_by])})
        changed += _changes(connection, members, found.id)
    # First those that are no originals any more: a story has one.
    changed.sort(key=lambda values: values["new_relation"] is Relation.ORIGINAL)
    if changed:
        connection.execute(_TELL, changed)
    if why:
        connection.execute(_WHY, why)


def _changes(connection: Connection, members: Sequence[Row[Any]], original: int) -> list[Values]:
    here = {row.article_id for row in members}
    pointed = {row.partner_id: row for row in reversed(members) if row.kinship is not None}
    found: dict[int, _Finding | None] = {}
    for row in members:
        if row.kinship is not None and row.partner_id in here:
            found[row.article_id] = _Finding(row.partner_id, row.kinship, row.evidence)
        elif row.article_id != original and row.article_id in pointed and row.rules:
            found[row.article_id] = _reversed(pointed[row.article_id])
        else:
            found[row.article_id] = None
    first = next(row for row in members if row.article_id == original)
    open_ = []
    for row in members:
        told = found[row.article_id]
        if row is first or not row.rules:
            continue
        if told is None or (_has_words_of(row, first) and told.kinship not in _SAME_WORDS):
            open_.append(row)
        elif _has_words_of(row, first):
            found[row.article_id] = _again(row, first, told)
    found |= _compared(connection, open_, original)
    return [values for row in members if (values := _told(row, found[row.article_id], original))]


def _has_words_of(row: Row[Any], first: Row[Any]) -> bool:
    return row.copy_key is not None and (row.copy_key, row.rules) == (first.copy_key, first.rules)


def _again(row: Row[Any], first: Row[Any], found: _Finding) -> _Finding:
    """What a member with the words of the original is to it, though it was first compared with another one."""
    apart = abs((_day(row) - _day(first)).days)
    said = replace(Evidence.from_json(found.evidence), days_apart=apart)
    return _Finding(first.article_id, Kinship.REPEATED if apart > LATER else Kinship.EXACT, said.to_json())


def _day(row: Row[Any]) -> date:
    stated: datetime = row.published_at or row.first_seen_at
    return stated.date()


def _told(row: Row[Any], found: _Finding | None, original: int) -> Values | None:
    """What is to be written of a member; None if it is there already."""
    if found is None:
        partner_id, kinship, said = None, None, row.evidence if row.kinship is None else ""
    else:
        partner_id, kinship, said = found.partner_id, found.kinship, found.evidence
    if row.article_id == original:
        relation = Relation.ORIGINAL
    else:
        relation = Relation(kinship.value) if kinship is not None else Relation.EXACT if said else Relation.NEAR
    if (row.relation, row.partner_id, row.kinship, row.evidence) == (relation, partner_id, kinship, said):
        return None
    return {
        "number": row.article_id,
        "new_relation": relation,
        "new_partner_id": partner_id,
        "new_kinship": kinship,
        "new_evidence": said,
    }


def _reversed(row: Row[Any]) -> _Finding:
    """What a member's partner is to it."""
    return _Finding(row.article_id, row.kinship, turned(Evidence.from_json(row.evidence)).to_json())


def turned(found: Evidence) -> Evidence:
    """The same evidence with the two texts in each other's place."""
    return replace(
        found,
        length=found.other_length,
        other_length=found.length,
        numbers=tuple((other, one) for one, other in found.numbers),
        names=tuple((other, one) for one, other in found.names),
    )


def _compared(connection: Connection, rows: Sequence[Row[Any]], original: int) -> Mapping[int, _Finding]:
    """Compare members of which nothing was found yet with the original: two stories met through a third text."""
    if not rows:
        return {}
    texts = documents(connection, [original, *(row.article_id for row in rows)])
    if original not in texts:
        return {}
    first = fingerprint(texts[original])
    found = {}
    for row in rows:
        if row.article_id in texts:
            one = fingerprint(texts[row.article_id])
            related = relate(one, first)
            if related is not None and related[0] in COPIES:
                kinship, said = related[0], related[1]
            else:
                kinship, said = Kinship.NEAR, evidence(one, first, compared(one, first), Slots())
            found[row.article_id] = _Finding(original, kinship, said.to_json())
    return found


def _carrier(row: Row[Any]) -> Carrier:
    said = (row.credit or "", row.origin or "", *credits_of(row.ends or ""))
    return Carrier(
        id=row.article_id,
        names=tuple(name for name in (row.publisher, *(row.hosts or ()), row.paper or "") if name),
        published_at=row.published_at,
        # A newspaper is printed before its day begins.
        span=_SPANS.get(row.published_precision, timedelta()) if not row.paper else timedelta(),
        first_seen_at=row.first_seen_at,
        credits=tuple(dict.fromkeys(name for name in said if name)),
    )


@cache
def _carriers(dialect: str) -> Select[Any]:
    length = func.length(extractions.c.text)
    head = func.substr(extractions.c.text, 1, _ENDS, type_=Text())
    tail = func.substr(extractions.c.text, case((length > _ENDS, length - _ENDS + 1), else_=length + 1), type_=Text())
    stated = func.coalesce(extractions.c.published_at, articles.c.first_seen_at)
    return (
        select(
            story_members,
            articles.c.first_seen_at,
            publishers.c.name.label("publisher"),
            publishers.c.hosts,
            extractions.c.published_at,
            extractions.c.published_precision,
            extractions.c.credit,
            extractions.c.origin,
            extractions.c.paper,
            (head + literal("\n") + tail).label("ends"),
        )
        .join_from(story_members, articles, articles.c.id == story_members.c.article_id)
        .join(publishers, publishers.c.id == articles.c.publisher_id)
        .outerjoin(snapshots, snapshots.c.id == visits.newest_id(articles.c.id))
        .outerjoin(extractions, visits.read_from(func.coalesce(snapshots.c.refers_to, snapshots.c.id)))
        .where(articles.c.takedown.is_(None), within(dialect, story_members.c.story_id, "ids"))
        .order_by(story_members.c.story_id, stated, articles.c.id)
    )


_TELL: Update = (
    update(story_members)
    .where(story_members.c.article_id == bindparam("number"))
    .values(
        relation=bindparam("new_relation"),
        partner_id=bindparam("new_partner_id"),
        kinship=bindparam("new_kinship"),
        evidence=bindparam("new_evidence"),
    )
)
_WHY: Update = update(stories).where(stories.c.id == bindparam("number")).values(why=bindparam("sentence"))
