"""Fill the six sites: what each publishes, when, and with which of its family's peculiarities.

Pure but for the sites it fills; everything follows from the `Writer`, its `Random` and the day that is today.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from types import MappingProxyType

from demo.model import Article, CopiedFrom, Form, Likeness, Story, midnight
from demo.names import HOME, NEIGHBOURS, Place
from demo.pages import SitePages
from demo.rewriting import republished
from demo.site_epaper import issue_days
from demo.stories import Assignment, Writer

#: How far back the sites reach.
SPAN_DAYS = 40
#: Articles of each column at the start.
VOLUMES: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "els": {"xqyw": 16, "bmdt": 14, "jzfc": 10, "tzgg": 8},
        "trs": {"zwyw": 26, "qxdt": 18, "bmdt": 12, "tzgg": 8},
        "media": {"yw": 32, "ms": 16, "jj": 10, "wt": 8},
        "gbk": {"xw": 26, "jz": 14, "wh": 12},
        #: Of one issue.
        "epaper": {"A1": 2, "A2": 3, "A3": 2, "A4": 1},
        "repub": {"1": 3, "2": 1, "3": 2},
    }
)
#: What the republisher takes from others, and how.
TAKEN: Mapping[Likeness, int] = MappingProxyType(
    {Likeness.EXACT: 14, Likeness.ADDED: 12, Likeness.RETITLED: 5, Likeness.EXCERPT: 3}
)
TAKEN_FROM = ("els", "trs", "media", "gbk")
FEATURE_EVERY, BRIEF_EVERY = 6, 11
SCRIPTED_EVERY, MISTAGGED_EVERY = 3, 7
#: A story that is spread over two pages has at least this many paragraphs.
LONG = 5
LONG_EVERY = 8
RELATED = 5
SIDE = 8
OFFICE_HOURS = (7, 18)


@dataclass(slots=True)
class Builder:
    """Publishes on the sites in order of time."""

    rng: Random
    writer: Writer
    pages: Mapping[str, SitePages]
    today: date

    def build(self) -> None:
        for key in VOLUMES:
            slots = self._issue_slots() if key == "epaper" else self._slots(VOLUMES[key])
            for n, (at, column) in enumerate(slots):
                self.publish(key, column, at, self._form(key, column, n))
        self._take_over()
        for pages in self.pages.values():
            dress(pages, self.rng)

    def publish(self, key: str, column: str, at: datetime, form: Form) -> Article:
        """A new story on a site."""
        pages = self.pages[key]
        place = self._place(key, column)
        story = self.writer.write(Assignment(desk=pages.desk, form=form, at=at, place=place))
        return self._put(key, column, at, story, pages.credit(self.rng))

    def take(self, original: Article, likeness: Likeness, at: datetime) -> Article:
        """Another site's story on the republisher's."""
        origin = self.pages[original.site].name
        story = republished(original.story, likeness, origin, self.rng)
        article = self._put("repub", self.rng.choice("123"), at, story, origin)
        taken = CopiedFrom(site=original.site, number=original.number, likeness=likeness)
        return self._keep(replace(article, copied_from=taken))

    def _put(self, key: str, column: str, at: datetime, story: Story, credit: str) -> Article:
        pages = self.pages[key]
        number = (pages.site.last_number or pages.first_number) + pages.step * self.rng.randint(1, 4)
        pages.site.last_number = number
        article = Article(
            site=key,
            number=number,
            column=column,
            path=pages.path(number, column, at),
            story=story,
            published_at=at,
            modified_at=at,
            credit=credit,
            related=tuple(a.link for a in pages.site.newest(column)[:RELATED]),
        )
        return self._keep(self._peculiar(article, len(pages.site.articles)))

    def _keep(self, article: Article) -> Article:
        self.pages[article.site].site.articles[article.number] = article
        return article

    def _peculiar(self, article: Article, n: int) -> Article:
        """The `n`-th article of a site with what its family does to every so many of them."""
        if article.site not in ("els", "trs"):
            return article
        if article.story.form is Form.NOTICE and n % 2:
            return replace(article, attachment=f"{article.story.title[:20]}（附表）.pdf")
        if article.site == "els":
            return replace(article, scripted=n % SCRIPTED_EVERY == 0)
        later = article.published_at + timedelta(days=1, minutes=7)
        long = n % LONG_EVERY == 0 and len(article.story.paragraphs) >= LONG
        return replace(article, tagged_at=later if n % MISTAGGED_EVERY == 0 else None, parts=2 if long else 1)

    # -------------------------------------------------------------- what, where and when
    def _form(self, key: str, column: str, n: int) -> Form:
        if column in self.pages[key].forms:
            return self.pages[key].forms[column]
        if key == "repub":
            return Form.NEWS
        if n % BRIEF_EVERY == BRIEF_EVERY - 1:
            return Form.BRIEF
        return Form.FEATURE if n % FEATURE_EVERY == FEATURE_EVERY - 1 else Form.NEWS

    def _place(self, key: str, column: str) -> Place:
        """The city's sites write about the neighbours, too."""
        chance = {"trs": 0.1, "media": 0.15}.get(key, 0.0)
        if column == "qxdt":
            chance = 0.6
        return self.rng.choice(NEIGHBOURS) if self.rng.random() < chance else HOME

    def _slots(self, volumes: Mapping[str, int]) -> Sequence[tuple[datetime, str]]:
        """A time in office hours for each article, spread over the days before today."""
        slots = []
        for column, volume in volumes.items():
            for n in range(volume):
                days = 1 + int((n + self.rng.random()) * SPAN_DAYS / volume)
                hour, minute = self.rng.randint(*OFFICE_HOURS), self.rng.randrange(60)
                slots.append((midnight(self.today) + timedelta(days=-days, hours=hour, minutes=minute), column))
        return sorted(slots)

    def _issue_slots(self) -> Sequence[tuple[datetime, str]]:
        return [
            (midnight(issue), page)
            for issue in reversed(issue_days(self.today))
            for page, volume in VOLUMES["epaper"].items()
            for _ in range(volume)
        ]

    def _take_over(self) -> None:
        """Fill the republisher with what others published, in the order in which it took them."""
        likenesses = [likeness for likeness, count in TAKEN.items() for _ in range(count)]
        latest = midnight(self.today) - timedelta(minutes=1)
        taken = []
        for likeness, original in zip(likenesses, self._originals(), strict=False):
            at = original.published_at + timedelta(minutes=self.rng.randint(20, 600))
            taken.append((min(at, latest), original, likeness))
        for at, original, likeness in sorted(taken, key=lambda row: (row[0], row[1].site, row[1].number)):
            self.take(original, likeness, at)

    def _originals(self) -> Iterator[Article]:
        """Stories worth taking, from one site after the other."""
        shelves = {}
        for key in TAKEN_FROM:
            found = [a for a in self.pages[key].site.newest() if is_plain(a)]
            shelves[key] = self.rng.sample(found, len(found))
        for row in zip(*shelves.values(), strict=False):
            yield from row


def is_plain(article: Article) -> bool:
    """Whether the whole article is its headline and its text."""
    return article.story.form is Form.NEWS and article.parts == 1 and not article.attachment


def dress(pages: SitePages, rng: Random) -> None:
    """A new hot list on the side of every page of a site."""
    newest = pages.site.newest()
    pages.site.side = tuple(article.link for article in rng.sample(newest, min(SIDE, len(newest))))
