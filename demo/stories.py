"""Write synthetic local news. Deterministic: the same `Random` writes the same stories in the same order.

No two stories of one writer have the same headline or the same text; what is kept apart by more than
luck is tested (`test_two_stories_share_little`).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from random import Random

from demo.grammar import BRIEF, COMMON, Topic, expand, topics
from demo.model import Form, Story
from demo.names import HOME, Place, person, rare_person

NOTICES = ("停水", "征求意见", "招聘", "公示", "封路")
NEWS = tuple(name for name in topics() if name not in (*NOTICES, BRIEF, COMMON))
#: A writer that cannot find an unused headline in this many tries has run out of phrases.
TRIES = 200


class Byline(Enum):
    """Where a house puts the names of those who wrote a story."""

    #: `本报讯（记者 王宁 通讯员 李桐）` before the first sentence.
    LEAD = auto()
    #: `□本报记者 王　宁 通讯员 李桐` as a paragraph of its own.
    BLOCK = auto()
    #: `（王宁 李桐）` at the end of the last paragraph.
    TAIL = auto()
    NONE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The habits of one newsroom."""

    bylines: tuple[Byline, ...]
    #: What stands before the bracket of a LEAD; `{day}` is the day's month and day.
    dateline: str = "本报讯"
    #: What its reporters are called in a BLOCK.
    reporter: str = "本报记者"
    #: Its editors' names hold characters outside GB2312.
    rare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    desk: Desk
    form: Form
    at: datetime
    place: Place = HOME


@dataclass(slots=True)
class _Draft:
    """A story while it is written: its chance, its place, and the slots that keep their value."""

    rng: Random
    place: Place
    topic: Topic
    kept: dict[str, str] = field(default_factory=dict)

    def say(self, phrase: str) -> str:
        return expand(phrase, self.rng, self.place, self.kept)

    def one(self, mark: str) -> str:
        return self.say(self.rng.choice(self.topic.phrases(mark)))

    def some(self, mark: str, count: int) -> list[str]:
        known = self.topic.phrases(mark)
        return [self.say(phrase) for phrase in self.rng.sample(known, min(count, len(known)))]


class Writer:
    """Writes one story after another and remembers what it has used."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._titles: set[str] = set()
        self._texts: set[str] = set()
        self._order: dict[tuple[str, ...], list[str]] = {}

    def write(self, assignment: Assignment) -> Story:
        for _ in range(TRIES):
            story = self._compose(assignment)
            if story.title not in self._titles and story.text not in self._texts:
                self._titles.add(story.title)
                self._texts.add(story.text)
                return story
        raise RuntimeError("the phrase books hold no unused headline")

    def _compose(self, assignment: Assignment) -> Story:
        draft = self._begin(assignment)
        match assignment.form:
            case Form.NOTICE:
                story = _notice(draft, assignment)
            case Form.BRIEF:
                story = _brief(draft, assignment)
            case Form.NEWS | Form.FEATURE:
                story = _signed(_plain(draft, assignment, _body(draft, assignment.form)), draft, assignment)
        rare = assignment.desk.rare
        return replace(story, editor=rare_person(self._rng) if rare else person(self._rng))

    def _begin(self, assignment: Assignment) -> _Draft:
        draft = _Draft(self._rng, assignment.place, self._topic(assignment.form))
        # News tells of yesterday or today, a notice of the days to come.
        notice = assignment.form is Form.NOTICE
        day = assignment.at + timedelta(days=self._rng.randint(1, 3) if notice else -self._rng.randint(0, 1))
        draft.kept["day0"] = f"{day.month}月{day.day}日"
        draft.kept["b0"] = assignment.place.short + self._rng.choice(draft.topic.phrases("局")[0].split("|"))
        return draft

    def _topic(self, form: Form) -> Topic:
        """Topics take turns, so that no subject fills the front page."""
        names = {Form.NOTICE: NOTICES, Form.BRIEF: (BRIEF,)}.get(form, NEWS)
        waiting = self._order.setdefault(names, [])
        if not waiting:
            waiting.extend(self._rng.sample(names, len(names)))
        return topics()[waiting.pop()]


def _plain(draft: _Draft, assignment: Assignment, paragraphs: list[str], title: str = "") -> Story:
    story = Story(
        title=title or draft.one("题"),
        paragraphs=tuple(paragraphs),
        form=assignment.form,
        district=assignment.place.name,
    )
    if assignment.form is not Form.FEATURE:
        return story
    common = topics()[COMMON]
    above, below = (draft.say(draft.rng.choice(common.phrases(mark))) for mark in "引副")
    return replace(story, kicker=above, subtitle=below)


def _brief(draft: _Draft, assignment: Assignment) -> Story:
    title, text = draft.rng.choice(list(zip(draft.topic.phrases("题"), draft.topic.phrases("文"), strict=True)))
    return _plain(draft, assignment, [draft.say(text)], draft.say(title))


def _body(draft: _Draft, form: Form) -> list[str]:
    """An opening, facts in paragraphs of one or two, what people say, and sometimes an ending."""
    facts = draft.some("实", draft.rng.randint(3, 5) + (form is Form.FEATURE))
    quotes = draft.some("言", draft.rng.randint(0, 2))
    paragraphs = [draft.one("导")]
    if draft.rng.random() < 0.4:
        paragraphs[0] += facts.pop()
    while facts:
        paragraphs.append(facts.pop() + (facts.pop() if facts and draft.rng.random() < 0.45 else ""))
        if quotes:
            paragraphs.append(quotes.pop())
    if draft.rng.random() < 0.6:
        paragraphs.append(draft.say(draft.rng.choice(topics()[COMMON].phrases("结"))))
    return paragraphs


def _notice(draft: _Draft, assignment: Assignment) -> Story:
    paragraphs = [draft.say(phrase) for phrase in draft.topic.phrases("文")]
    if draft.topic.name in ("停水", "封路"):
        paragraphs.insert(0, draft.rng.choice(("广大市民：", "各有关单位、居民朋友：")))
    at = assignment.at
    paragraphs += [f"{assignment.place.name}{draft.kept['b0'].removeprefix(assignment.place.short)}"]
    paragraphs += [f"{at.year}年{at.month}月{at.day}日"]
    return _plain(draft, assignment, paragraphs)


def _signed(story: Story, draft: _Draft, assignment: Assignment) -> Story:
    """The story with its byline where the house puts it."""
    rng, desk = draft.rng, assignment.desk
    reporters = tuple(person(rng) for _ in range(rng.choice((1, 1, 2))))
    guests = (person(rng),) if rng.random() < 0.5 else ()
    first, *others = story.paragraphs
    names = "记者 " + " ".join(reporters) + "".join(f" 通讯员 {name}" for name in guests)
    match rng.choice(desk.bylines):
        case Byline.LEAD:
            dateline = desk.dateline.format(day=f"{assignment.at.month}月{assignment.at.day}日")
            paragraphs = [f"{dateline}（{names}）{first}", *others]
        case Byline.BLOCK:
            block = f"□{desk.reporter} " + " ".join(_padded(name) for name in reporters)
            block += "".join(f" 通讯员 {_padded(name)}" for name in guests)
            paragraphs = [block, first, *others]
        case Byline.TAIL:
            paragraphs = [first, *others]
            paragraphs[-1] += f"（{' '.join(reporters + guests)}）"
        case Byline.NONE:
            return story
    return replace(story, paragraphs=tuple(paragraphs), reporters=reporters, correspondents=guests)


def _padded(name: str) -> str:
    """Newspapers set a name of two characters as wide as one of three."""
    return f"{name[0]}\u3000{name[1]}" if len(name) == 2 else name
