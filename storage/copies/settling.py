"""Settle a batch: decide, carry out, and find the originals of the stories that changed."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, delete, or_, select, update

from storage.copies import fresh, lines
from storage.copies.carrying import NOTHING, Carrying
from storage.copies.documents import documents
from storage.copies.index import StoredIndex
from storage.copies.lists import numbers, within
from storage.copies.telling import tell
from storage.copies.wishes import decided, kept_apart
from storage.records import Relation
from storage.schema import article_links, articles, stories, story_members
from text.copies.index import Decision
from text.copies.keys import Document, fingerprint
from text.copies.prints import Prints
from text.copies.relate import LATER
from text.copies.relation import Evidence, Kinship

#: Articles in one transaction.
BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """What is to become of a batch, thought through without changing anything."""

    articles: Sequence[int]
    texts: Mapping[int, Document]
    decisions: Sequence[Decision]
    #: Articles whose texts were decided for the first time.
    new: Sequence[int]
    index: StoredIndex


def think(connection: Connection, article_ids: Sequence[int], made: Prints) -> Thought:
    """Decide which stories articles belong to. It holds as long as no story is changed."""
    texts = documents(connection, article_ids)
    index = StoredIndex(connection)
    found = decided(connection, index, [texts[each] for each in article_ids if each in texts], made)
    decisions = _met(connection, found, index, texts)
    before = index.known([decision.document for decision in decisions])
    new = [decision.document for decision in decisions if decision.document not in before]
    return Thought(articles=article_ids, texts=texts, decisions=decisions, new=new, index=index)


def carry_out(connection: Connection, thought: Thought, now: datetime, read_anew: Collection[int]) -> None:
    """Put articles into the stories they belong to."""
    decisions = thought.decisions
    touched = Carrying(connection, decisions, now).carry_out(decisions, read_anew)
    thought.index.remember(connection, {decision.document: decision.hashes for decision in decisions})
    lines.count(connection, [thought.texts[each] for each in thought.new])
    tell(connection, touched)
    _settle_wordless(connection, [each for each in thought.articles if each not in thought.texts], now)


def take_out(connection: Connection, article_ids: Collection[int], hashes: Set[int]) -> None:
    """Forget what was found of articles. They stay members without a say, so that their copies can be asked for.

    `hashes`: what `fresh.hashes_of` told of them.
    """
    dialect = connection.dialect.name
    gone = {"ids": numbers(dialect, sorted(article_ids))}
    mine = within(dialect, story_members.c.article_id, "ids")
    fresh.forget(connection, set(article_ids), hashes)
    either = or_(within(dialect, article_links.c.article_id, "ids"), within(dialect, article_links.c.other_id, "ids"))
    connection.execute(delete(article_links).where(either), gone)
    forgotten = {"relation": Relation.NEAR, "copy_key": None, "rules": 0} | NOTHING
    connection.execute(update(story_members).where(mine).values(forgotten), gone)
    theirs = within(dialect, story_members.c.partner_id, "ids")
    connection.execute(update(story_members).where(theirs).values(NOTHING), gone)
    touched = connection.execute(select(story_members.c.story_id).where(mine).distinct(), gone).scalars().all()
    theirs = within(dialect, stories.c.id, "ids")
    connection.execute(update(stories).where(theirs).values(why=""), {"ids": numbers(dialect, touched)})
    tell(connection, touched)


def _met(
    connection: Connection, decisions: Sequence[Decision], index: StoredIndex, texts: Mapping[int, Document]
) -> list[Decision]:
    """The decisions with copies of texts that were let go because of their age: only their keys are left to compare."""
    lonely = [each for each in decisions if each.partner is None and not each.composite]
    if not lonely:
        return list(decisions)
    exact = index.exact({each.key for each in lonely})
    known = index.known({candidate.id for found in exact.values() for candidate in found})
    partners: dict[int, Document] = {}
    for decision in lonely:
        told = (known[each.id].document for each in exact.get(decision.key, ()) if each.id in known)
        let_go = (each for each in told if not each.text and each.id != decision.document)
        partner = next((each for each in let_go if not kept_apart(connection, decision.document, each.id)), None)
        if partner is not None:
            partners[decision.document] = partner
    return [
        _joined(each, texts[each.document], partners[each.document]) if each.document in partners else each
        for each in decisions
    ]


def _joined(decision: Decision, document: Document, partner: Document) -> Decision:
    apart = abs((document.day - partner.day).days) if document.day and partner.day else None
    length = fingerprint(document).length
    said = Evidence(containment=1.0, jaccard=1.0, matched=length, length=length, other_length=length, days_apart=apart)
    kinship = Kinship.REPEATED if apart is not None and apart > LATER else Kinship.EXACT
    return replace(decision, partner=partner.id, kinship=kinship, evidence=said)


def _settle_wordless(connection: Connection, article_ids: Collection[int], now: datetime) -> None:
    """Give a story of its own to what stands and has no text to compare."""
    if not article_ids:
        return
    dialect = connection.dialect.name
    query = (
        select(articles.c.id)
        .outerjoin_from(articles, story_members, story_members.c.article_id == articles.c.id)
        .where(within(dialect, articles.c.id, "ids"), articles.c.takedown.is_(None))
        .where(story_members.c.article_id.is_(None))
        .order_by(articles.c.id)
    )
    for article_id in connection.execute(query, {"ids": numbers(dialect, article_ids)}).scalars().all():
        own = connection.execute(stories.insert().returning(stories.c.id), {"created_at": now}).scalar_one()
        values = {"article_id": article_id, "story_id": own, "relation": Relation.ORIGINAL}
        connection.execute(story_members.insert(), values | {"evidence": "", "joined_at": now})
