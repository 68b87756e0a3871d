"""The texts: the same for a seed, all different, and copies that are copies."""

import itertools
import re
from collections import Counter
from datetime import date, timedelta
from random import Random
from urllib.parse import parse_qsl

import pytest

from demo.district import KEYS, District
from demo.model import Article, EditKind, Form, Likeness, Request, Story, midnight
from demo.names import DISTRICT
from demo.rewriting import republished, revised
from tests.demo.conftest import TODAY

#: What two stories of one subject may share of the shorter one's windows; copies share all of them.
SHARED_AT_MOST = 0.5
WINDOW = 8


@pytest.fixture(scope="module")
def district() -> District:
    return District(today=TODAY)


def words(text: str) -> str:
    """Letters, digits and characters alone."""
    return re.sub(r"[\W_]", "", text)


def told(article: Article) -> str:
    return words(article.story.title + article.story.text)


def windows(text: str) -> set[str]:
    return {text[at : at + WINDOW] for at in range(max(1, len(text) - WINDOW + 1))}


def test_one_seed_gives_one_district_down_to_the_bytes(district: District) -> None:
    one, again = District(today=TODAY), District(today=TODAY)
    assert one.articles() == again.articles() == district.articles()
    for key in KEYS:
        for path in ("/", "/rss.xml", "/rss.php", "/sitemap.xml", *(a.path for a in one.articles(key)[:5])):
            asked = Request(method="GET", path=path.partition("?")[0], query=dict(parse_qsl(path.partition("?")[2])))
            assert one.answer(key, asked) == again.answer(key, asked)


def test_a_seed_decides_also_what_is_done_later() -> None:
    def history() -> list[object]:
        district = District(today=TODAY)
        done: list[object] = [district.publish(key) for key in KEYS]
        done += [district.edit(key) for key in KEYS]
        done += [district.delete(key) for key in KEYS]
        done.append(district.advertise("media"))
        return [*done, district.articles()]

    assert history() == history()


def test_another_seed_gives_other_texts(district: District) -> None:
    other = District(today=TODAY, seed=8)
    ours = {a.story.text for a in district.articles()}
    assert not ours & {a.story.text for a in other.articles()}


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2024, 2, 29), date(2026, 11, 22)])
def test_every_date_is_before_today_ends(today: date) -> None:
    district = District(today=today)
    for article in district.articles():
        assert article.published_at <= midnight(today)
        assert article.published_at > midnight(today) - timedelta(days=45)
        assert article.modified_at == article.published_at


def test_no_two_stories_have_the_same_headline_or_text(district: District) -> None:
    own = [a for a in district.articles() if a.copied_from is None]
    assert len({a.story.title for a in own}) == len(own)
    assert len({words(a.story.text) for a in own}) == len(own)


def test_two_stories_share_little(district: District) -> None:
    own = [a for a in district.articles() if a.copied_from is None and a.story.form in (Form.NEWS, Form.FEATURE)]
    seen = [(a, windows(words(a.story.text))) for a in own]
    for (one, left), (other, right) in itertools.combinations(seen, 2):
        share = len(left & right) / min(len(left), len(right))
        assert share < SHARED_AT_MOST, f"{one.story.title} and {other.story.title} share {share:.2f}"


def test_exact_copies_say_the_same_words_with_other_marks(district: District) -> None:
    exact = [a for a in district.articles("repub") if a.copied_from and a.copied_from.likeness is Likeness.EXACT]
    assert len(exact) >= 10
    for article in exact:
        original = district.original(article)
        assert original is not None
        assert told(article) == told(original)
        assert article.story.text != original.story.text, "not even a comma was changed"
        assert not set("，：；？！（）") & set(article.story.title + article.story.text)
        assert article.published_at > original.published_at
        assert article.credit == district.site(original.site).name
    assert {a.copied_from.site for a in exact if a.copied_from} == {"els", "trs", "media", "gbk"}


def test_other_copies_differ_from_their_originals(district: District) -> None:
    others = [a for a in district.articles("repub") if a.copied_from and a.copied_from.likeness is not Likeness.EXACT]
    kinds = Counter(a.copied_from.likeness for a in others if a.copied_from)
    assert kinds.keys() == {Likeness.ADDED, Likeness.RETITLED, Likeness.EXCERPT}
    for article in others:
        original = district.original(article)
        assert original is not None
        assert told(article) != told(original)
        assert article.story.paragraphs[0] == f"本文转自:{district.site(original.site).name}"


def test_the_republisher_has_stories_of_its_own(district: District) -> None:
    assert len([a for a in district.articles("repub") if a.copied_from is None]) >= 3


def test_no_story_was_taken_twice(district: District) -> None:
    taken = Counter((a.copied_from.site, a.copied_from.number) for a in district.articles("repub") if a.copied_from)
    assert max(taken.values()) == 1


def test_the_citys_sites_write_about_the_neighbours_too(district: District) -> None:
    for key, some in (("els", False), ("trs", True), ("media", True), ("gbk", False), ("epaper", False)):
        elsewhere = [a for a in district.articles(key) if a.story.district != DISTRICT]
        assert bool(elsewhere) == some, key
        assert len(elsewhere) < len(district.articles(key)) / 2


def test_phrases_leave_no_trace_of_the_grammar(district: District) -> None:
    for article in district.articles():
        story = article.story
        whole = f"{story.title} {story.kicker} {story.subtitle} {story.text}"
        assert not set("{}[]\\") & set(whole), whole
        assert whole.count("“") == whole.count("”")
        assert story.title == story.title.strip()


def test_news_has_bylines_of_several_shapes(district: District) -> None:
    texts = [a.story.text for a in district.articles()]
    shapes = (r"^\S+讯（记者 [^（）]+）", r"^□本报记者 ", r"（[^（）0-9]{2,9}）$", r"通讯员 ")
    for shape in shapes:
        assert len([text for text in texts if re.search(shape, text)]) > 10, shape


STORY = Story(
    title="某街道修好3处路灯",
    paragraphs=("□本报记者 某某", "各位居民：", "11月3日，路灯亮了。", "共12盏。"),
    form=Form.NEWS,
    district=DISTRICT,
)


@pytest.mark.parametrize("kind", EditKind)
def test_each_edition_of_a_story_says_something_else(kind: EditKind) -> None:
    first = revised(STORY, kind, 1)
    second = revised(first, kind, 2)
    said = {words(story.title + story.text) for story in (STORY, first, second)}
    assert len(said) == 3


def test_a_correction_goes_neither_into_the_byline_nor_into_the_salutation() -> None:
    paragraphs = revised(STORY, EditKind.PARAGRAPH, 1).paragraphs
    assert paragraphs[:2] == STORY.paragraphs[:2]
    assert paragraphs[2].startswith(STORY.paragraphs[2])
    assert len(paragraphs[2]) > len(STORY.paragraphs[2])


def test_a_corrected_headline_does_not_grow_with_each_edition() -> None:
    twice = revised(revised(STORY, EditKind.TITLE, 1), EditKind.TITLE, 2)
    assert twice.title == f"{STORY.title}（更新2）"


def test_an_excerpt_breaks_off() -> None:
    short = republished(STORY, Likeness.EXCERPT, "某网", Random(1))
    assert len(short.paragraphs) < len(STORY.paragraphs) + 1
    assert "路灯亮了" not in short.text
