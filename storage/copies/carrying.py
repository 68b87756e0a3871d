"""Carry decisions out: who joins which story, which stories are one, who leaves, and what is linked.

A story keeps its number: of two that turn out to be one the older goes on, and the other leads to it. Everything is
thought through in memory first and written at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, bindparam, delete, func, select, update

from storage.copies.leaving import may_leave
from storage.copies.lists import numbers, within
from storage.records import Relation
from storage.rows import Values
from storage.schema import article_links, stories, story_members
from text.copies.index import Decision, Link, Parting
from text.copies.original import Original, Why
from text.copies.relation import Kinship

_ALONE = Original(id=0, why=Why.ALONE).sentence()
#: What a member counts as until its story was told anew.
_FOR_NOW = Relation.NEAR
#: What a decision may change of a member, beside its story.
_CHANGING = ("relation", "evidence", "partner_id", "kinship", "copy_key", "rules", "composite")
#: Of a member of which nothing was found yet.
NOTHING: Values = {"partner_id": None, "kinship": None, "evidence": ""}


class Carrying:
    """The stories of a batch while its decisions are carried out. Numbers below nought are stories to be made."""

    def __init__(self, connection: Connection, decisions: Sequence[Decision], now: datetime) -> None:
        self._connection, self._now = connection, now
        self._dialect = connection.dialect.name
        self._members = self._load({each for decision in decisions for each in _named(decision)})
        self._story: dict[int, int] = {each: row.story_id for each, row in self._members.items()}
        self._size = self._sizes(set(self._story.values()))
        self._merged: dict[int, int] = {}
        self._made = 0
        self._moved: dict[int, Values] = {}
        self._added: dict[int, Values] = {}
        self._links: dict[int, Sequence[Link]] = {}
        #: Articles of which nothing that was found before holds any more.
        self._changed: set[int] = set()
        #: Stories whose members are others now.
        self._touched: set[int] = set()

    def carry_out(self, decisions: Iterable[Decision], read_anew: Collection[int]) -> set[int]:
        """Do it all, and return the stories whose originals are to be found anew.

        `read_anew`: whoever of these is a copy of none of its story any more leaves it; others that were once
        a copy stay.
        """
        for decision in decisions:
            self._place(decision, read_anew)
            for other in decision.merges:
                self._merge(self._now_in(other), self._now_in(decision.document))
            for parting in decision.partings:
                self._part(parting)
            self._links[decision.document] = decision.links
        return self._write()

    # ------------------------------------------------------------------ in memory
    def _place(self, decision: Decision, read_anew: Collection[int]) -> None:
        document, partner = decision.document, decision.partner
        values: Values = {"copy_key": decision.key, "rules": decision.version, "composite": decision.composite}
        joins = partner is not None and partner in self._story
        found = NOTHING
        if joins and decision.evidence is not None:
            found = {"partner_id": partner, "kinship": decision.kinship, "evidence": decision.evidence.to_json()}
        if document not in self._story:
            self._put(document, self._now_in(partner) if joins and partner is not None else self._new_story())
            self._added[document] = values | found
            return
        row = self._members[document]
        if joins and partner is not None:
            self._meet(document, self._now_in(partner), anew=document in read_anew)
        elif document in read_anew and self._may_leave(document):
            self._leave(document)
        elif row.kinship is Kinship.BY_HAND:
            found = {}
        if row.rules == decision.version and row.copy_key != decision.key:
            self._changed.add(document)
        self._change(document, values | found)
        self._touched.add(self._now_in(document))

    def _meet(self, document: int, story: int, *, anew: bool) -> None:
        """A known document is a copy of one in a story."""
        own = self._now_in(document)
        if own == story:
            return
        if anew and self._may_leave(document):
            self._leave(document, story)
        elif anew or self._size[own] == 1:
            self._merge(own, story)

    def _may_leave(self, document: int) -> bool:
        return self._size[self._now_in(document)] > 1 and may_leave(self._connection, document)

    def _part(self, parting: Parting) -> None:
        document = parting.document
        if document not in self._story:
            return
        if self._size[self._now_in(document)] > 1 and not parting.stays:
            self._leave(document)
        if parting.stays:
            self._change(document, {"composite": True})
        else:
            self._change(document, {"composite": True} | NOTHING)
        self._links[document] = parting.links

    def _leave(self, document: int, story: int | None = None) -> None:
        own = self._now_in(document)
        self._touched.add(own)
        self._size[own] -= 1
        self._put(document, self._new_story() if story is None else story)
        self._change(document, {"relation": _FOR_NOW})

    def _put(self, document: int, story: int) -> None:
        self._story[document] = story
        self._size[story] = self._size.get(story, 0) + 1
        self._touched.add(story)

    def _merge(self, one: int, other: int) -> None:
        if one == other:
            return
        oldest, youngest = sorted((one, other), key=lambda story: (story < 0, abs(story)))
        self._merged[youngest] = oldest
        self._size[oldest] += self._size[youngest]
        self._touched.add(oldest)

    def _now_in(self, document: int) -> int:
        return self._heir(self._story[document])

    def _heir(self, story: int) -> int:
        while story in self._merged:
            story = self._merged[story]
        return story

    def _new_story(self) -> int:
        self._made += 1
        self._size[-self._made] = 0
        return -self._made

    def _change(self, document: int, values: Values) -> None:
        if document in self._added:
            self._added[document] |= values
        else:
            self._moved[document] = self._moved.get(document, {}) | values

    # ------------------------------------------------------------------ in the database
    def _write(self) -> set[int]:
        numbered = self._make_stories()
        self._write_merges()
        rows = [
            {"article_id": each, "story_id": numbered[self._now_in(each)], "joined_at": self._now}
            | {"relation": self._first_relation(each)}
            | values
            for each, values in self._added.items()
        ]
        self._forget_changed()
        if self._moved:
            self._connection.execute(_MOVE, [self._as_moved(each, numbered) for each in sorted(self._moved)])
        if rows:
            self._connection.execute(story_members.insert(), rows)
        self._write_links()
        touched = {self._heir(story) for story in self._touched}
        return {numbered[story] for story in touched if story > 0 or self._size[story] > 1}

    def _forget_changed(self) -> None:
        """What others are to a text that has changed is to be found anew, unless somebody said it."""
        if self._changed:
            theirs = within(self._dialect, story_members.c.partner_id, "ids")
            found = update(story_members).where(theirs, story_members.c.kinship != Kinship.BY_HAND)
            changed = {"ids": numbers(self._dialect, sorted(self._changed))}
            self._connection.execute(found.values(NOTHING), changed)

    def _first_relation(self, document: int) -> Relation:
        story = self._now_in(document)
        return Relation.ORIGINAL if story < 0 and self._size[story] == 1 else _FOR_NOW

    def _as_moved(self, document: int, numbered: Mapping[int, int]) -> Values:
        row = self._members[document]
        values = {name: getattr(row, name) for name in _CHANGING}
        if row.partner_id in self._changed and row.kinship is not Kinship.BY_HAND:
            values |= NOTHING
        values |= self._moved[document]
        story = self._now_in(document)
        if story < 0 and self._size[story] == 1:
            values["relation"] = Relation.ORIGINAL
        elif self._heir(row.story_id) != row.story_id:
            values["relation"] = _FOR_NOW
        return values | {"story_id": numbered[story], "number": document}

    def _make_stories(self) -> dict[int, int]:
        """The numbers of all stories, those of new ones given now."""
        new = sorted((each for each in self._size if each < 0 and each not in self._merged), reverse=True)
        numbered = {each: each for each in self._size if each > 0}
        if new:
            rows = [{"created_at": self._now, "why": _ALONE if self._size[each] == 1 else ""} for each in new]
            made = self._connection.execute(_ADD_STORIES, rows).scalars().all()
            numbered |= dict(zip(new, made, strict=True))
        return numbered

    def _write_merges(self) -> None:
        merged = [{"old": old, "heir": self._heir(old)} for old in sorted(self._merged) if old > 0]
        if merged:
            self._connection.execute(_DEMOTE, merged)
            self._connection.execute(_TAKE_MEMBERS, merged)
            self._connection.execute(_FORWARD, merged)

    def _write_links(self) -> None:
        known = [each for each in self._links if each in self._members]
        if known:
            old = delete(article_links).where(within(self._dialect, article_links.c.article_id, "ids"))
            self._connection.execute(old, {"ids": numbers(self._dialect, known)})
        rows = [
            {"article_id": each, "other_id": link.other, "kinship": link.kinship, "evidence": link.evidence.to_json()}
            for each, links in self._links.items()
            for link in {link.other: link for link in links if link.other != each}.values()
        ]
        if rows:
            self._connection.execute(article_links.insert(), rows)

    def _load(self, ids: Collection[int]) -> dict[int, Row[Any]]:
        rows = self._connection.execute(_members(self._dialect), {"ids": numbers(self._dialect, ids)})
        return {row.article_id: row for row in rows}

    def _sizes(self, story_ids: Collection[int]) -> dict[int, int]:
        if not story_ids:
            return {}
        rows = self._connection.execute(_sizes(self._dialect), {"ids": numbers(self._dialect, story_ids)})
        return {row.story_id: row.members for row in rows}


def _named(decision: Decision) -> Iterable[int]:
    """The documents that a decision is about."""
    yield decision.document
    if decision.partner is not None:
        yield decision.partner
    yield from decision.merges
    yield from (parting.document for parting in decision.partings)


@cache
def _members(dialect: str) -> Select[Any]:
    return select(story_members).where(within(dialect, story_members.c.article_id, "ids"))


@cache
def _sizes(dialect: str) -> Select[Any]:
    return (
        select(story_members.c.story_id, func.count().label("members"))
        .where(within(dialect, story_members.c.story_id, "ids"))
        .group_by(story_members.c.story_id)
    )


_ADD_STORIES = stories.insert().returning(stories.c.id, sort_by_parameter_order=True)
_OF_OLD = story_members.c.story_id == bindparam("old")
_DEMOTE: Update = update(story_members).where(_OF_OLD).values(relation=_FOR_NOW)
_TAKE_MEMBERS: Update = update(story_members).where(_OF_OLD).values(story_id=bindparam("heir"))
_FORWARD: Update = update(stories).where(stories.c.id == bindparam("old")).values(merged_into=bindparam("heir"), why="")
_MOVE: Update = (
    update(story_members)
    .where(story_members.c.article_id == bindparam("number"))
    .values({name: bindparam(name) for name in ("story_id", *_CHANGING)})
)
