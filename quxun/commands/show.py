"""`quxun show`: one article as a snapshot page (快照) shows it, or what changed in it."""

from dataclasses import dataclass

import rich_click as click

from crawler.urls import url_key
from quxun.console import out
from quxun.desk import Desk, open_desk, print_line
from quxun.formats import article_line, reading_fields, stamp
from quxun.sheet import Member, Sheet, draw_changes, draw_sheet, draw_tombstone, words_of
from quxun.telling import external_ids, link_line, linked
from storage.errors import NotFound, UsageError
from storage.records import Article, Revision
from storage.store import Store
from text.diff import Line, diff_texts

#: Members of a story that are shown; the rest is counted.
SHOWN_MEMBERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two revisions that follow each other."""

    old: Revision
    new: Revision

    def lines(self) -> list[Line]:
        return list(diff_texts(words_of(self.old.extraction), words_of(self.new.extraction)))

    def demand_texts(self, desk: Desk, article: Article) -> None:
        """Raise NotFound if one of the two has no text any more."""
        for revision in (self.old, self.new):
            dropped_at = stamp(revision.extraction.text_dropped_at, desk.zone)
            if dropped_at:
                which = f"{revision.number} of article {article.id}: it was let go on {dropped_at[:10]}"
                raise NotFound("text of revision", f"{which}, as it was older than texts are kept")


@click.command()
@click.argument("name", metavar="ID|URL")
@click.option("--diff", is_flag=True, help="What the last revision changed, or the one that --revision names.")
@click.option("--revision", "number", type=click.IntRange(1), metavar="N", help="An earlier revision: 1 is the first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(name: str, number: int | None, *, diff: bool, as_json: bool) -> None:
    """Show an article with everything that is known of it.

    ID is the number that `quxun crawl` and `quxun export` show, or the id that an import gave it.

    \b
        quxun show 12
        quxun show https://www.example.cn/2026/1121/1.html
        quxun show 12 --diff                what did they change?
        quxun show 12 --revision 1          what did it say at first?
    """
    with open_desk() as desk:
        article = find(desk.store, name)
        revisions = desk.store.articles.revisions(article.id)
        if article.takedown is not None or not revisions:
            if as_json:
                print_line(_tombstone(desk, article))
            else:
                draw_tombstone(article, desk.zone)
            return
        chosen = _chosen(article, revisions, number)
        if diff:
            _show_diff(desk, article, revisions, chosen, as_json=as_json)
            return
        sheet = _sheet(desk, article, revisions, chosen)
        if as_json:
            print_line(_line(desk, sheet))
        else:
            draw_sheet(sheet, desk.zone)


def find(store: Store, name: str) -> Article:
    """The article of that id, import id or URL, however the URL is spelt."""
    try:
        return store.articles.find(name)
    except NotFound:
        key = url_key(name)
        if not key or key == name:
            raise
    try:
        return store.articles.find(key)
    except NotFound as error:
        raise NotFound("article", name) from error


def _chosen(article: Article, revisions: list[Revision], number: int | None) -> Revision:
    if number is None:
        return revisions[-1]
    if number > len(revisions):
        last = f"{len(revisions)} is the last" if len(revisions) > 1 else "it has one"
        raise NotFound("revision", f"{number} of article {article.id} ({last})")
    return revisions[number - 1]


def _sheet(desk: Desk, article: Article, revisions: list[Revision], chosen: Revision) -> Sheet:
    articles = desk.store.articles
    snapshots = articles.snapshots(article.id)
    members = desk.store.stories.members(article.story_id) if article.story_id is not None else []
    others = [member for member in members if member.article_id != article.id]
    shown = articles.get_all(member.article_id for member in others[:SHOWN_MEMBERS])
    return Sheet(
        article=article,
        revision=chosen,
        revisions=len(revisions),
        snapshots=tuple(snapshots),
        readings=tuple(desk.store.readings.history(article.id)),
        members=tuple(Member(member, shown[member.article_id]) for member in others[:SHOWN_MEMBERS]),
        more_members=max(0, len(others) - SHOWN_MEMBERS),
        own=next((member for member in members if member.article_id == article.id), None),
        links=linked(desk.store, [article.id])[:SHOWN_MEMBERS],
    )


# ------------------------------------------------------------------ what changed
def _show_diff(desk: Desk, article: Article, revisions: list[Revision], chosen: Revision, *, as_json: bool) -> None:
    if chosen.number == 1:
        if len(revisions) > 1:
            raise UsageError("--revision 1 is the first: there is nothing before it to compare it with")
        if as_json:
            print_line({"id": article.id, "from": None, "to": 1, "lines": []})
        else:
            out().print(f"Article {article.id} has one revision: nothing was changed since it was first seen.")
        return
    pair = _Pair(old=revisions[chosen.number - 2], new=chosen)
    pair.demand_texts(desk, article)
    if as_json:
        print_line(_diff_line(desk, article, pair))
    else:
        draw_changes(article, pair.old, pair.new, pair.lines(), desk.zone)


def _diff_line(desk: Desk, article: Article, pair: _Pair) -> dict[str, object]:
    return {
        "id": article.id,
        "url": article.url,
        "from": pair.old.number,
        "to": pair.new.number,
        "from_captured_at": stamp(pair.old.until_at, desk.zone),
        "to_captured_at": stamp(pair.new.from_at, desk.zone),
        "from_extractor": pair.old.extraction.extractor,
        "to_extractor": pair.new.extraction.extractor,
        "lines": [[{"edit": span.edit.value, "text": span.text} for span in line] for line in pair.lines()],
    }


# ------------------------------------------------------------------ for programs
def _line(desk: Desk, sheet: Sheet) -> dict[str, object]:
    article, zone = sheet.article, desk.zone
    read = sheet.revision.extraction
    about = article.relevance
    return {
        **article_line(sheet.shown, zone, external_ids(sheet.links)),
        **reading_fields(read, zone),
        "key": article.key,
        "source_key": article.source_key,
        "first_seen_at": stamp(article.first_seen_at, zone),
        "gone_at": stamp(article.gone_at, zone),
        "takedown": None,
        "revisions": sheet.revisions,
        "snapshot": sheet.snapshot.id,
        "snapshots": len(sheet.snapshots),
        "payload_digest": sheet.payload_digest,
        "payload_dropped_at": stamp(sheet.payload_dropped_at, zone),
        "readings": [
            {
                "snapshot": each.snapshot_id,
                "extractor": each.extractor,
                "superseded_at": stamp(each.superseded_at, zone),
            }
            for each in sheet.readings
        ],
        "relevance": {"about": about.about, "names": list(about.names), "where": about.where} if about else None,
        "evidence": sheet.own.evidence if sheet.own else None,
        "members": [
            {
                "id": each.article.id,
                "site": each.article.publisher,
                "url": each.article.url,
                "relation": each.member.relation.value,
                "published_at": stamp(each.article.extraction.published_at, zone),
                "evidence": each.member.evidence,
            }
            for each in sheet.members
        ],
        "related": [link_line(each) for each in sheet.links],
    }


def _tombstone(desk: Desk, article: Article) -> dict[str, object]:
    return {
        "id": article.id,
        "url": article.url,
        "site": article.publisher,
        "takedown": article.takedown.value if article.takedown else None,
        "takedown_at": stamp(article.takedown_at, desk.zone),
        "first_seen_at": stamp(article.first_seen_at, desk.zone),
        "gone_at": stamp(article.gone_at, desk.zone),
    }
