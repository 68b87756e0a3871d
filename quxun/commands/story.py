"""`quxun story`: who carries a story, how the copies differ, and what a person says of it."""

import getpass
from collections.abc import Sequence

import rich_click as click
from rich.text import Text

from quxun.commands.show import find
from quxun.console import local, out, said, table
from quxun.desk import Desk, now, open_desk, print_line, progress, show
from quxun.sheet import draw_lines, draw_links
from quxun.telling import Story, link_line, member_line, story_of, wish_line
from storage.errors import NotFound
from storage.records import ArticleId, StoryId

#: An id has at most so many digits.
_DIGITS = 18


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
        own = desk.store.copies.split(_articles(desk, names), getpass.getuser(), reason, now())
        out().print(f"They are story {own} now, and stay apart. `quxun story undo {names[0]}` takes it back.")


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
        own = desk.store.copies.merge(_articles(desk, names), getpass.getuser(), reason, now())
        out().print(f"They are story {own} now. `quxun story undo {names[-1]}` takes it back.")


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
            lines = story.difference(each)
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
    drawn = table(">id", "publisher", "published", "first seen", "relation", "evidence")
    for each in story.members:
        read = each.article.extraction
        when = local(read.published_at, desk.zone, read.published_precision)
        seen = local(each.article.first_seen_at, desk.zone)
        relation = f"{each.member.relation.value}{', a page of several stories' if each.member.composite else ''}"
        drawn.add_row(
            str(each.article.id), said(each.article.publisher), when, seen, relation, said(each.member.evidence)
        )
    show(drawn)
    links = draw_links(story.links)
    if links is not None:
        show(links)
    for wish in story.wishes:
        what = "together with" if wish.together else "kept apart from"
        when = local(wish.asked_at, desk.zone)
        why = f": {wish.reason}" if wish.reason else ""
        out().print(said(f"{wish.article_id} is {what} {wish.other_id}, said {wish.asked_by} on {when}{why}"))
    for each in story.members[1:] if diff else ():
        out().print()
        out().print(Text(f"Article {each.article.id} against the original:", style="bold"))
        draw_lines(story.difference(each))
