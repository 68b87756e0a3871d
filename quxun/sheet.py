"""Lay out an article for a reader: the fields of a snapshot page (快照), its text, and what became of it.

Labels are Chinese with the record's English word, so that what is read here can be found in the
glossary. It only draws; what is drawn comes in.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from quxun.console import local, out, said, table
from quxun.desk import grid, show
from storage.readings import PastReading
from storage.records import (
    Article,
    ArticleLink,
    Digest,
    Extraction,
    Lead,
    Link,
    Relevance,
    Revision,
    Snapshot,
    SnapshotKind,
    StoryMember,
    Takedown,
)
from text.diff import Edit, Line, Span, diff_texts

#: Unchanged paragraphs in a row beyond which only the first and the last are shown.
_FEW = 4

#: Changed paragraphs that a short difference shows, and the characters of each.
_SHORT_LINES, _SHORT_CHARS = 12, 200

_STYLES = {Edit.SAME: "", Edit.ADDED: "green underline", Edit.REMOVED: "red strike"}
_MARKS = {Edit.SAME: "{}", Edit.ADDED: "{{+{}+}}", Edit.REMOVED: "[-{}-]"}


@dataclass(frozen=True, slots=True)
class Member:
    """Another article of the same story."""

    member: StoryMember
    article: Article


@dataclass(frozen=True, slots=True)
class Linked:
    """An article of another story that this one has to do with."""

    link: ArticleLink
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """An article at one of its revisions, with what is around it."""

    article: Article
    revision: Revision
    #: How many there are.
    revisions: int
    #: All of them, in the order of their capture.
    snapshots: tuple[Snapshot, ...]
    #: Which versions read them, those that count no more included.
    readings: tuple[PastReading, ...] = ()
    members: tuple[Member, ...] = ()
    #: Members that are not listed.
    more_members: int = 0
    #: What the article itself is in its story.
    own: StoryMember | None = None
    links: tuple[Linked, ...] = ()

    @property
    def snapshot(self) -> Snapshot:
        """The last one of the revision."""
        return next(each for each in self.snapshots if each.id == self.revision.last_snapshot)

    @property
    def response(self) -> Snapshot | None:
        """The one with the payload that the revision was read from."""
        wanted = self.snapshot.refers_to or self.snapshot.id
        return next((each for each in self.snapshots if each.id == wanted), None)

    @property
    def payload_digest(self) -> Digest | None:
        """Of that payload, also when it was let go."""
        return self.response.payload_digest if self.response else None

    @property
    def payload_dropped_at(self) -> datetime | None:
        return self.response.payload_dropped_at if self.response else None

    @property
    def shown(self) -> Article:
        """The article as it read at the revision."""
        return replace(
            self.article,
            revision=self.revision.number,
            content_digest=self.revision.content_digest,
            captured_at=self.revision.until_at,
            extraction=self.revision.extraction,
        )


def draw_sheet(sheet: Sheet, zone: ZoneInfo) -> None:
    """Print it all: what the page says, its text, then what we know of it."""
    read = sheet.revision.extraction
    if sheet.article.gone_at is not None:
        out().print(Text(f"原网页已删除 gone: since {_second(sheet.article.gone_at, zone)}", style="yellow"))
    show(grid(_said_by_page(read, sheet.article, zone)))
    out().print()
    if read.text_dropped_at is not None:
        when = _second(read.text_dropped_at, zone)
        out().print(Text(f"（正文已过保存期限 let go on {when}, as it was older than texts are kept）", style="yellow"))
    for paragraph in read.text.splitlines():
        out().print(said(paragraph))
        if out().is_terminal:
            out().print()
    if read.truncated:
        out().print(Text("（未完：正文到此中断 truncated: the text breaks off here）", style="yellow"))
    out().print()
    show(grid(_known_of_it(sheet, zone)))
    for part in (_links("图片 images", read.images), _links("附件 attachments", read.attachments)):
        _below(part)
    _below(_members(sheet, zone))
    _below(draw_links(sheet.links))
    _below(_leads(read.leads, zone))


def draw_tombstone(article: Article, zone: ZoneInfo) -> None:
    """Say that an article was taken down, and nothing of what it said."""
    what = {
        Takedown.WITHHELD: "已屏蔽 withheld: this article was taken down, its text is not shown",
        Takedown.CANCELED: "已删除 canceled: this article was taken down and its text erased",
        None: "无快照 nothing is stored of this article",
    }
    out().print(Text(what[article.takedown], style="yellow"))
    rows = [
        ("编号 id", str(article.id)),
        ("原文地址 url", article.url or ""),
        ("发布者 publisher", article.publisher),
        ("首次收录 first_seen_at", _second(article.first_seen_at, zone)),
        ("撤下时间 takedown_at", _second(article.takedown_at, zone) if article.takedown_at else ""),
        ("原网页删除 gone_at", _second(article.gone_at, zone) if article.gone_at else ""),
    ]
    show(grid((label, value) for label, value in rows if value))


def draw_changes(article: Article, old: Revision, new: Revision, lines: Sequence[Line], zone: ZoneInfo) -> None:
    """Print what one revision changed: in colour on a terminal, else with `[-removed-]` and `{+added+}`."""
    head = f"Article {article.id}, revision {old.number} ({_second(old.until_at, zone)})"
    out().print(Text(f"{head} → {new.number} ({_second(new.from_at, zone)})", style="bold"))
    if article.url:
        out().print(said(article.url, style="dim"))
    rows = list(_changed_fields(old.extraction, new.extraction, zone))
    if rows:
        show(grid(rows))
    if old.extraction.extractor != new.extraction.extractor:
        by = f"read by {old.extraction.extractor} and {new.extraction.extractor}: some of it may be the rules'"
        out().print(Text(f"The two were {by}.", style="yellow"))
    out().print()
    draw_lines(lines)


def draw_lines(lines: Sequence[Line]) -> None:
    """Print how one text differs from another: what is the same in short, what is other in full."""
    for line in _shortened(lines):
        out().print(_line_text(line))
    if all(span.edit is Edit.SAME for line in lines for span in line):
        out().print(Text("The words are the same; punctuation or layout differs.", style="dim"))


def draw_difference(head: str, url: str, old: Extraction, new: Extraction, zone: ZoneInfo) -> None:
    """Print in short how two readings of one page differ."""
    out().print(said(head, style="bold"))
    out().print(said(url, style="dim"))
    rows = list(_changed_fields(old, new, zone))
    if rows:
        show(grid(rows))
    for line in short_difference(old, new):
        out().print(_line_text(line))
    out().print()


def short_difference(old: Extraction, new: Extraction) -> list[Line]:
    """The changed paragraphs of two readings, the first of them and the beginning of each."""
    changed = [
        line for line in diff_texts(words_of(old), words_of(new)) if any(span.edit is not Edit.SAME for span in line)
    ]
    shown = [_cut(line) for line in changed[:_SHORT_LINES]]
    rest = len(changed) - len(shown)
    return [*shown, (Span(Edit.SAME, f"… and {rest} more changed paragraphs"),)] if rest else shown


def words_of(read: Extraction) -> str:
    """What a reading says, headline first."""
    return "\n".join(filter(None, (read.kicker, read.title, read.subtitle, read.text)))


def _cut(line: Line) -> Line:
    """The line without what goes beyond the room that a short difference has for it."""
    room, spans = _SHORT_CHARS, []
    for span in line:
        if room > 0:
            spans.append(Span(span.edit, span.text if len(span.text) <= room else f"{span.text[:room]}…"))
        room -= len(span.text)
    return tuple(spans)


# ------------------------------------------------------------------ what the page says
def _said_by_page(read: Extraction, article: Article, zone: ZoneInfo) -> Iterator[tuple[str, Text]]:
    paper = " ".join(filter(None, (read.paper, read.issue_date.isoformat() if read.issue_date else "", read.page)))
    rows = [
        ("类别 category", said(read.category)),
        ("引题 kicker", said(read.kicker)),
        ("标题 title", said(read.title, style="bold")),
        ("副题 subtitle", said(read.subtitle)),
        ("发布时间 published_at", said(local(read.published_at, zone, read.published_precision))),
        ("修改时间 modified_at", said(local(read.modified_at, zone))),
        ("来源 credit", said(read.credit)),
        ("本文转自 origin", said(read.origin)),
        *_people(read),
        ("报纸 paper", said(paper)),
        ("发布者 publisher", said(article.publisher)),
        ("原文地址 url", said(article.url or "")),
    ]
    return ((label, value) for label, value in rows if value.plain)


def _people(read: Extraction) -> Iterator[tuple[str, Text]]:
    """The byline by role, in the order of the roles' first appearance, then the editors."""
    by_role: dict[str, list[str]] = defaultdict(list)
    for person in read.byline:
        by_role[person.role.value].append(person.name)
    for role, names in by_role.items():
        yield f"{role} byline", said(" ".join(names))
    yield "责任编辑 editors", said(" ".join(person.name for person in read.editors))


# ------------------------------------------------------------------ what we know of it
def _known_of_it(sheet: Sheet, zone: ZoneInfo) -> Iterator[tuple[str, Text]]:
    article, read = sheet.article, sheet.revision.extraction
    taken = _second(sheet.revision.until_at, zone)
    if read.stated_snapshot_at is not None:
        taken += f" (the page states {_second(read.stated_snapshot_at, zone)})"
    of = sheet.revision.number if sheet.revisions == 1 else f"{sheet.revision.number} of {sheet.revisions}"
    rows = [
        ("快照生成时间 captured_at", taken),
        ("首次收录 first_seen_at", _second(article.first_seen_at, zone)),
        ("版本 revision", str(of)),
        ("快照 snapshots", _count(sheet.snapshots)),
        ("相关性 relevance", _relevance(article.relevance)),
        ("编号 id", f"{article.id}" + (f" ({article.external_id})" if article.external_id else "")),
        ("采集源 source", article.source_key),
        ("内容摘要 content_digest", sheet.revision.content_digest),
        ("载荷摘要 payload_digest", _payload(sheet, zone)),
        ("提取器 extractor", read.extractor + _formerly(sheet, zone)),
    ]
    return ((label, said(value, style="dim")) for label, value in rows if value)


def _formerly(sheet: Sheet, zone: ZoneInfo) -> str:
    """By which versions the same payload was read before."""
    number = sheet.response.id if sheet.response else None
    before = [each for each in sheet.readings if each.snapshot_id == number and each.superseded_at is not None]
    told = ", ".join(
        f"{each.extractor} until {_second(each.superseded_at, zone)}" for each in before if each.superseded_at
    )
    return f" ({told})" if told else ""


def _payload(sheet: Sheet, zone: ZoneInfo) -> str:
    gone = f" (let go on {_second(sheet.payload_dropped_at, zone)})" if sheet.payload_dropped_at else ""
    return (sheet.payload_digest or "") + gone


def _count(snapshots: Sequence[Snapshot]) -> str:
    again = sum(1 for each in snapshots if each.kind is SnapshotKind.REVISIT)
    return f"{len(snapshots)}" + (f", {again} of them found nothing changed" if again else "")


def _relevance(relevance: Relevance | None) -> str:
    if relevance is None:
        return ""
    names = "、".join(relevance.names)
    where = {"title": " in the title", "text": " in the text", "source": ", as its source is taken whole"}
    about = "about the district" if relevance.about else "not about the district"
    return about + (f": {names}" if names else "") + where.get(relevance.where, "")


def _links(title: str, links: Sequence[Link]) -> Table | None:
    if not links:
        return None
    drawn = table(title, "")
    for link in links:
        drawn.add_row(said(link.label), said(link.url))
    return drawn


def _members(sheet: Sheet, zone: ZoneInfo) -> Table | None:
    if not sheet.members:
        return None
    own = sheet.own
    many = len(sheet.members) + sheet.more_members
    title = f"同文 the same story elsewhere ({many})"
    if own is not None:
        title = f"同文 story {own.story_id} elsewhere ({many}); this one: {own.relation.value}, {own.evidence}"
    drawn = table(">id", "publisher", "published", "relation", "evidence", title=title)
    for each in sheet.members:
        read = each.article.extraction
        when = local(read.published_at, zone, read.published_precision)
        told = said(each.article.publisher), when, each.member.relation.value, said(each.member.evidence)
        drawn.add_row(str(each.article.id), *told)
    if sheet.more_members:
        drawn.add_row("…", f"and {sheet.more_members} more", "", "", "")
    return drawn


def draw_links(links: Sequence[Linked]) -> Table | None:
    """A table of what articles have to do with those of other stories."""
    if not links:
        return None
    drawn = table(">id", "publisher", "relation", "evidence", title=f"相关 related without being a copy ({len(links)})")
    for each in links:
        told = said(each.article.publisher), each.link.kinship, said(each.link.evidence)
        drawn.add_row(str(each.article.id), *told)
    return drawn


def _leads(leads: Sequence[Lead], zone: ZoneInfo) -> Table | None:
    if not leads:
        return None
    title = f"相关资讯 leads ({len(leads)})"
    drawn = Table(box=None, show_header=False, pad_edge=False, title=title, title_justify="left")
    drawn.add_column(style="dim", no_wrap=True)
    for lead in leads:
        words = Text("\n").join(said(part) for part in (lead.title, lead.snippet, lead.url) if part)
        drawn.add_row(local(lead.published_at, zone), words)
    return drawn


def _below(part: Table | None) -> None:
    if part is not None:
        out().print()
        show(part)


# ------------------------------------------------------------------ what changed
def _changed_fields(old: Extraction, new: Extraction, zone: ZoneInfo) -> Iterator[tuple[str, Text]]:
    """Fields beside the words that differ."""
    for (label, before), (_, after) in zip(_beside_words(old, zone), _beside_words(new, zone), strict=True):
        if before != after:
            spans = (Span(Edit.REMOVED, before), Span(Edit.ADDED, after))
            yield label, _line_text(tuple(span for span in spans if span.text))


def _beside_words(read: Extraction, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    return (
        ("发布时间 published_at", local(read.published_at, zone, read.published_precision)),
        ("来源 credit", read.credit),
        ("本文转自 origin", read.origin),
        ("类别 category", read.category),
        ("作者 byline", " ".join(person.name for person in read.byline)),
        ("责任编辑 editors", " ".join(person.name for person in read.editors)),
    )


def _line_text(line: Line) -> Text:
    if out().is_terminal:
        return Text.assemble(*(said(span.text, style=_STYLES[span.edit]) for span in line))
    return said("".join(_MARKS[span.edit].format(span.text) for span in line))


def _shortened(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines, with the inner part of a long unchanged stretch told as a number."""
    for same, group in groupby(lines, key=lambda line: all(span.edit is Edit.SAME for span in line)):
        stretch = list(group)
        if same and len(stretch) > _FEW:
            yield stretch[0]
            yield (Span(Edit.SAME, f"… {len(stretch) - 2} unchanged paragraphs"),)
            yield stretch[-1]
        else:
            yield from stretch


def _second(when: datetime, zone: ZoneInfo) -> str:
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M:%S}"
