"""What is no article is refused, and what looks like it but is one is read, whatever stands around it.

Every page is made up; the frames around them are drawn by seeds.
"""

import pytest

from crawler.extract.page import Page
from crawler.extract.reader import extract
from crawler.judge import judge
from storage.records import Extraction, Refusal
from tests.crawler.extract.pages import CAPTURED_AT, capture
from tests.crawler.frames import framed
from tests.crawler.lookalikes import ARTICLES, lookalike
from tests.crawler.no_articles import (
    CHALLENGED,
    CHALLENGES,
    CLOSED,
    ERRORS,
    GONE,
    GONE_WORDS,
    LISTED,
    PAYLOADS,
    SHELLS,
    STANDING,
    standing,
)

SEEDS = range(4)


def read(
    payload: bytes | str, content_type: str = "text/html; charset=utf-8", status: int = 200
) -> Extraction | Refusal:
    judged = judge(capture(payload, content_type=content_type, status=status))
    return extract(judged, captured_at=CAPTURED_AT) if isinstance(judged, Page) else judged


@pytest.mark.parametrize("status", [200, 412, 521])
@pytest.mark.parametrize("name", CHALLENGES)
def test_a_challenge_is_refused_as_one(name: str, status: int) -> None:
    assert read(CHALLENGES[name], status=status) in CHALLENGED


@pytest.mark.parametrize("name", SHELLS)
def test_a_page_that_has_nothing_without_scripts_or_a_login_is_refused(name: str) -> None:
    assert read(SHELLS[name]) in CLOSED


@pytest.mark.parametrize("name", ["统一身份认证"])
def test_a_page_that_only_asks_who_one_is_is_a_login(name: str) -> None:
    assert read(SHELLS[name]) is Refusal.LOGIN


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_with_status_200_is_a_soft_404(name: str) -> None:
    assert read(ERRORS[name]) in GONE


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("words", GONE_WORDS)
def test_a_soft_404_in_the_whole_frame_of_its_site_is_refused_as_one(words: str, seed: int) -> None:
    assert read(framed(words, seed)) in GONE


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", STANDING)
def test_what_always_stands_on_a_site_is_no_article(name: str, seed: int) -> None:
    assert read(standing(name, seed)) in LISTED | GONE


@pytest.mark.parametrize("name", PAYLOADS)
def test_what_is_no_page_is_refused(name: str) -> None:
    payload, content_type, refusal = PAYLOADS[name]
    assert read(payload, content_type) is refusal


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_is_read_whatever_it_looks_like(name: str, seed: int) -> None:
    article, page = lookalike(name, seed)
    result = read(page)
    assert isinstance(result, Extraction), f"refused as {result}"
    assert (article.wanted in result.text, result.title) == (True, article.title)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_frame_of_a_site_is_no_article_without_its_article(seed: int) -> None:
    _, page = lookalike("an article of a site behind a firewall", seed)
    start, end = page.index("<h1>"), page.index("</div>", page.index("class='text'"))
    assert isinstance(read(page), Extraction)
    assert isinstance(read(page[:start] + page[end:]), Refusal)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_duty_page_is_refused_with_a_date_and_read_with_a_source(seed: int) -> None:
    page = standing("an office's duties", seed)
    heading = "<h2>望海区教育局机构职能</h2>"
    assert read(page.replace(heading, f"{heading}<div>发布时间：2026-11-12</div>")) in LISTED
    signed = read(page.replace(heading, f"{heading}<div>2026-11-12 来源：望海日报</div>"))
    assert isinstance(signed, Extraction)


def test_a_picture_without_any_words_is_refused() -> None:
    head = "<meta charset='utf-8'><title>望海渔港开海_望海网</title>"
    page = f"<html><head>{head}</head><body><h1>望海渔港开海</h1><p>2026-11-12</p><img src='/1.jpg'></body></html>"
    assert read(page) in {Refusal.NO_TEXT, Refusal.SHELL}
