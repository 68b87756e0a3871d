"""Decide in which story a text belongs: pure, in batches, and hardly dependent on the order of arrival.

A document is compared with what shares its words. It joins the story of the best copy; stories that it shows to be one
are merged. A page of several stories links to each and joins none, and an older page that turns out to be one by the
arrival of a part leaves its story. Deciding again what is known and unchanged gives no decision.
"""

from collections.abc import Iterator, Sequence

from text.copies.composite import Relative, is_inside, is_whole, parts_of, same_place
from text.copies.desk import Desk
from text.copies.index import Decision, Index, Known, Link, Parting, Wishes
from text.copies.keys import Document, Fingerprint
from text.copies.prints import Prints
from text.copies.relate import relate
from text.copies.relation import COPIES, SAID_BY_HAND, Kinship
from text.copies.titles import alike

#: Templates that are linked; there may be hundreds.
_TEMPLATES = 3
_NO_WISHES = Wishes()


def decide(
    documents: Sequence[Document], index: Index, wishes: Wishes = _NO_WISHES, made: Prints | None = None
) -> list[Decision]:
    """The decisions on a batch, in its order; each takes those before it for carried out.

    `made`: fingerprints that earlier batches left, and where this one leaves its own.
    """
    made = Prints() if made is None else made
    lines = index.site_lines({document.site for document in documents})
    known = index.known([document.id for document in documents])
    prints = [made.of(document, lines.get(document.site, ())) for document in documents]
    new = [each for each in prints if not _unchanged(each, known.get(each.document.id))]
    desk = Desk(new, index, wishes, made)
    return [_decide(each, desk) for each in new]


def _unchanged(each: Fingerprint, known: Known | None) -> bool:
    return known is not None and (known.key, known.version) == (each.key, each.version)


def _decide(one: Fingerprint, desk: Desk) -> Decision:
    relatives = desk.relatives(one)
    parts = parts_of(one, relatives)
    partings = () if parts else tuple(_partings(one, relatives, desk))
    left = {each.document for each in partings}
    copies = sorted(
        (each for each in relatives if _may_join(one, each, desk, composite=bool(parts), left=left)),
        key=_closeness,
        reverse=True,
    )
    partners = [*desk.wanted_with(one.document.id), *_one_story(one, copies, desk)]
    told = {each.other.document.id: each for each in copies}
    first = partners[0] if partners else None
    decision = Decision(
        document=one.document.id,
        partner=first,
        kinship=None if first is None else told[first].kinship if first in told else Kinship.BY_HAND,
        evidence=None if first is None else told[first].evidence if first in told else SAID_BY_HAND,
        merges=tuple(partners[1:]),
        links=tuple(_links(one, relatives, {desk.story(each) for each in partners} - {None}, left, desk)),
        composite=bool(parts),
        partings=partings,
        version=one.version,
        key=one.key,
        hashes=desk.stored(one),
    )
    desk.remember(one, decision)
    return decision


def _may_join(one: Fingerprint, each: Relative, desk: Desk, *, composite: bool, left: set[int]) -> bool:
    """Whether two texts are copies of each other; of two pages of several stories only if they are the same page."""
    other = each.other.document.id
    if each.kinship not in COPIES or other in left:
        return False
    if composite or desk.is_composite(other):
        return composite and desk.is_composite(other) and is_whole(one, each)
    return True


def _closeness(each: Relative) -> tuple[bool, float, int, int]:
    exact = each.kinship in (Kinship.EXACT, Kinship.REPEATED)
    return exact, each.evidence.jaccard, each.evidence.matched, -each.other.document.id


def _one_story(one: Fingerprint, copies: Sequence[Relative], desk: Desk) -> Iterator[int]:
    """The best copy, then one copy of each other story that is the same story as its own."""
    best: Relative | None = None
    stories: set[int | None] = set()
    for each in copies:
        story = desk.story(each.other.document.id)
        if story is None or story in stories or desk.kept_apart(one.document.id, story):
            continue
        if best is not None and not _one_text(best, each, desk, story):
            continue
        best = best or each
        stories.add(story)
        yield each.other.document.id


def _one_text(best: Relative, each: Relative, desk: Desk, story: int) -> bool:
    """Whether two copies of a text are copies of each other, though they may have different halves of it."""
    if desk.kept_apart(best.other.document.id, story):
        return False
    if not same_place(best, each) and not alike(best.other.title, each.other.title):
        return False
    between = relate(best.other, each.other)
    return between is None or between[0] is not Kinship.TEMPLATE


def _partings(one: Fingerprint, relatives: Sequence[Relative], desk: Desk) -> Iterator[Parting]:
    """The documents decided earlier that hold this text and others, and were not known to."""
    for each in relatives:
        page = each.other
        if is_inside(one, each) and not desk.is_composite(page.document.id):
            of_page = desk.relatives(page, also=(one,))
            if parts_of(page, of_page):
                links = tuple(_links(page, of_page, set(), set(), desk))
                stays = bool(desk.wanted_with(page.document.id))
                yield Parting(document=page.document.id, links=links, stays=stays)


def _links(
    one: Fingerprint, relatives: Sequence[Relative], joined: set[int | None], left: set[int], desk: Desk
) -> Iterator[Link]:
    """What a document has to do with those in other stories."""
    templates = 0
    for each in sorted(relatives, key=_closeness, reverse=True):
        other = each.other.document.id
        if desk.story(other) in joined and other not in left:
            continue
        kinship = each.kinship
        if kinship in COPIES:
            kinship = Kinship.CONTAINS if one.length > each.other.length else Kinship.EXCERPT
        templates += kinship is Kinship.TEMPLATE
        if kinship is not Kinship.TEMPLATE or templates <= _TEMPLATES:
            yield Link(other=other, kinship=kinship, evidence=each.evidence)
