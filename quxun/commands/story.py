"""`quxun story`: who carries a story, how the copies differ, and what a person says of it."""

import getpass
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

import rich_click as click
from rich.table import Table

from quxun.commands.show import find
from quxun.console import local, out, said, table
from quxun.desk import Desk, now, open_desk, print_line, progress, roomy, show
from quxun.sheet import Linked, Member, draw_lines, draw_links
from quxun.telling import Story, link_line, member_line, story_of, wish_line
from storage.errors import NotFound
from storage.records import Article, ArticleId, Relation, StoryId

#: An id has at most so many digits.
_DIGITS = 18
#: Articles that are named in a sentence.
_NAMED = 10


class _Stories(click.RichGroup):
    """`quxun story 12` is `quxun story show 12`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            return "show", self.commands["show"], args
        return super().resolve_command(ctx, args)


@click.group(cls=_Stories)
def command() -> None:
    """Show who carries a story, and say by hand what is one story and what is not.

    `quxun story ID` is `quxun story show ID`.
    """


@command.command("show")
@click.argument("name", metavar="ID|URL")
@click.option("--diff", is_flag=True, help="How the text of each copy differs from the original's.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def show_story(name: str, *, diff: bool, as_json: bool) -> None:
    """Show who carries a story, since when, which is the original and why, and how each copy differs.

    ID is the number of a story, as `quxun show` and `quxun export` give it; a URL is that of any article
    of it. The number of a story that was merged into another leads there.

    \b
        quxun story 12
        quxun story 12 --diff
        quxun story https://www.example.cn/2026/1121/1.html --json
    """
    with open_desk() as desk:
        story = story_of(desk.store, _number(desk, name))
        if story is None:
            raise NotFound("article left of story", name)
        if as_json:
            print_line(_line(desk, story, diff=diff))
        else:
            _draw(desk, story, diff=diff)


@command.command()
@click.argument("names", metavar="ARTICLE…", nargs=-1, required=True)
@click.option("--reason", default="", metavar="WORDS", help="Why, for whoever asks later.")
def split(names: tuple[str, ...], reason: str) -> None:
    """Take articles out of their story into one of their own.

    No later run puts them together again, whatever their texts say. ARTICLE is an id or a URL.

    \b
        quxun story split 31
        quxun story split 31 32 --reason "another notice"
    """
    with open_desk() as desk:
        own = desk.store.copies.split(_articles(desk, names), _user(), reason, now())
        told = (
            "They are story {} now, and stay apart." if len(set(names)) > 1 else "It is story {} now, and stays apart."
        )
        out().print(f"{told.format(own)} `quxun story undo {' '.join(names)}` takes it back.")


@command.command()
@click.argument("names", metavar="ARTICLE…", nargs=-1, required=True)
@click.option("--reason", default="", metavar="WORDS", help="Why, for whoever asks later.")
def merge(names: tuple[str, ...], reason: str) -> None:
    """Make one story of those of several articles.

    No later run takes them apart. The oldest story goes on, and the numbers of the others lead to it.

    \b
        quxun story merge 31 57
    """
    with open_desk() as desk:
        own = desk.store.copies.merge(_articles(desk, names), _user(), reason, now())
        out().print(f"They are story {own} now. `quxun story undo {' '.join(names[1:])}` takes it back.")


@command.command()
@click.argument("names", metavar="ARTICLE…", nargs=-1, required=True)
def undo(names: tuple[str, ...]) -> None:
    """Take back what was said by hand of articles, and let their texts decide.

    \b
        quxun story undo 31
    """
    with open_desk() as desk:
        done = desk.store.copies.undo(_articles(desk, names), now())
        told = "one wish was" if done == 1 else f"{done} wishes were"
        out().print(f"{told} taken back." if done else "Nothing was said of them by hand.")


@command.command()
def rejoin() -> None:
    """Decide all stories again by today's rules, from the stored texts, without a request.

    The service does the same by itself, a few hundred articles at a time, after an upgrade that brought
    better rules. It may be stopped at any time, and goes on from there. What was said by hand holds.
    """
    with open_desk() as desk, progress() as bar:
        task = bar.add_task("joining", total=desk.store.copies.outdated())
        done = 0
        while some := desk.store.copies.rejoin(now()):
            done += some
            bar.advance(task, some)
    out().print(f"{done} articles were decided again." if done else "Everything is decided by today's rules.")


def _user() -> str:
    """Who says something; a number where the system has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _number(desk: Desk, name: str) -> StoryId:
    if name.isascii() and name.isdigit() and len(name) <= _DIGITS:
        return StoryId(int(name))
    article = find(desk.store, name)
    if article.story_id is None:
        raise NotFound("story of article", article.id)
    return article.story_id


def _articles(desk: Desk, names: Sequence[str]) -> list[ArticleId]:
    return [find(desk.store, name).id for name in names]


def _line(desk: Desk, story: Story, *, diff: bool) -> dict[str, object]:
    members = []
    for each in story.members:
        line = member_line(each, desk.zone)
        if diff and each is not story.original:
            lines = story.difference(each) if not _let_go(story, each) else ()
            line["lines"] = [[{"edit": span.edit.value, "text": span.text} for span in line] for line in lines]
        members.append(line)
    return {
        "id": story.id,
        "original": story.original.article.id,
        "why": story.original.member.evidence,
        "members": members,
        "related": [link_line(each) for each in story.links],
        "wishes": [wish_line(each, desk.zone) for each in story.wishes],
    }


def _draw(desk: Desk, story: Story, *, diff: bool) -> None:
    out().print(said(f"Story {story.id}: {story.original.article.extraction.title}", style="bold"))
    again = [each for each in story.members if each.member.relation is Relation.REPEATED]
    show(_carriers(desk, [each for each in story.members if each not in again]))
    if again:
        show(_carriers(desk, again, title=f"再次刊登 again, more than a month later ({len(again)})"))
    links = draw_links(_one_each(story.links))
    if links is not None:
        show(links)
    for line in _wishes(desk, story):
        out().print(said(line))
    for each in story.members[1:] if diff else ():
        _draw_difference(desk, story, each)


def _wishes(desk: Desk, story: Story) -> Iterator[str]:
    """What people said of a story: a line for each time, however many articles that was about."""
    here = {each.article.id for each in story.members}
    told: dict[tuple[object, ...], set[ArticleId]] = defaultdict(set)
    for wish in story.wishes:
        pair = {wish.article_id, wish.other_id}
        told[wish.together, wish.asked_by, wish.asked_at, wish.reason] |= pair if wish.together else pair - here or pair
    for (together, asked_by, asked_at, reason), articles in told.items():
        named = ", ".join(map(str, sorted(articles)[:_NAMED]))
        more = f" and {len(articles) - _NAMED} more" if len(articles) > _NAMED else ""
        what = f"{named}{more} are one story" if together else f"It is kept apart from {named}{more}"
        why = f": {reason}" if reason else ""
        when = local(asked_at, desk.zone) if isinstance(asked_at, datetime) else ""
        yield f"{what}, said {asked_by} on {when}{why}"


def _draw_difference(desk: Desk, story: Story, each: Member) -> None:
    out().print()
    head = f"Article {each.article.id} of {each.article.publisher} against the original:"
    out().print(said(head, style="bold"))
    for article in _let_go(story, each):
        when = local(article.extraction.text_dropped_at, desk.zone)
        out().print(f"The text of article {article.id} was let go on {when}, as it was older than texts are kept.")
    if not _let_go(story, each):
        draw_lines(story.difference(each))


def _let_go(story: Story, each: Member) -> list[Article]:
    """Those of the original and a copy that have no text any more, so that nothing can be compared."""
    both = (story.original.article, each.article)
    return [article for article in both if article.extraction.text_dropped_at is not None]


def _carriers(desk: Desk, members: Sequence[Member], title: str = "") -> Table:
    """Who carries a story, since when, and why that is known; in short where there is no room."""
    wide = roomy()
    columns = ("published", "first seen") if wide else ("since",)
    drawn = table(">id", "publisher", *columns, "relation", "evidence", title=title)
    for each in members:
        read = each.article.extraction
        when = local(read.published_at, desk.zone, read.published_precision)
        seen = local(each.article.first_seen_at, desk.zone)
        relation = f"{each.member.relation.value}{', a page of several stories' if each.member.composite else ''}"
        why = each.member.evidence
        told = (when, seen, relation, said(why)) if wide else (when or seen, relation, said(why.partition(";")[0]))
        drawn.add_row(str(each.article.id), said(each.article.publisher), *told)
    return drawn


def _one_each(links: Sequence[Linked]) -> list[Linked]:
    """Of links from several members to one article, the first, which is the original's if it has one."""
    return list({each.article.id: each for each in reversed(links)}.values())[::-1]
