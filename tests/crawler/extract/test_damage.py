"""What one bad byte costs: in made-up pages, and in labelled ones outside the project where they are at hand."""

import pytest

from benchmarks.damage import DAMAGES, damaged_row
from benchmarks.labelled import Labelled, folder, load, read, read_page, sets
from benchmarks.scoring import score
from crawler.extract.mending import mend
from tests.crawler.extract.pages import PARAGRAPHS, TITLE, page

LOST = "\ufffd"
LABELLED = "zh163" in sets(folder())


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        (f'<a href="/x{LOST}><b>', '<a href="/x"><b>'),
        (f"<a href='/x{LOST} class='y'>", "<a href='/x' class='y'>"),
        (f'<a href={LOST}/x">', '<a href="/x">'),
        (f'<p class="x"{LOST}<b>', '<p class="x"><b>'),
        (f"</scr{LOST}pt>", "</script>"),
        (f"</scr{LOST}ipt>", "</script>"),
        (f"<{LOST}/div>", "</div>"),
        (f"{LOST}/div>", "</div>"),
        (f"<div{LOST}class='x'>", "<div class='x'>"),
        (f"</title{LOST}<meta>", "</title><meta>"),
        (f"<!-{LOST} a -{LOST}>", "<!-- a -->"),
        (f"<!-- a {LOST}-> b", "<!-- a --> b"),
    ],
)
def test_a_tag_is_made_whole(broken: str, whole: str) -> None:
    assert mend(broken) == whole


@pytest.mark.parametrize(
    "text", ["<p>望海区</p>", f"<p>望{LOST}区</p>", f"<p>a {LOST} b > c</p>", f"<xy{LOST}>", f'<img alt="望{LOST}">']
)
def test_what_is_no_broken_tag_stays_as_it_is(text: str) -> None:
    assert mend(text) == text


def test_a_page_that_lost_all_its_characters_is_not_mended() -> None:
    assert mend(f"</scr{LOST}pt>" * 300) == f"</scr{LOST}pt>" * 300


@pytest.mark.parametrize("charset", ["gbk", "utf-8"])
@pytest.mark.parametrize("mark", ["'utf-8'", "<title", "</title", "<h1", "</h1", "<div", "class=", "</div", "</script"])
@pytest.mark.parametrize("put_in", [False, True])
def test_a_bad_byte_in_the_markup_does_not_cost_the_text(charset: str, mark: str, put_in: bool) -> None:
    html = page(above="<script>var a = 1;</script>").replace('"utf-8"', f"'{charset}'")
    payload = html.encode(charset)
    start = payload.find(mark.encode()) if mark.encode() in payload else 0
    for at in range(start, start + len(mark)):
        found = read(payload[:at] + b"\xff" + payload[at + (not put_in) :], charset=charset)
        assert [line for line in PARAGRAPHS if line not in found["text"]] == [], f"0xFF at {at}: {found}"
        assert TITLE in found["title"]


@pytest.fixture(scope="module")
def labelled() -> list[Labelled]:
    return load(folder(), "zh163")[::2]  # all of them, with all damages: benchmarks/reading.py


@pytest.fixture(scope="module")
def whole(labelled: list[Labelled]) -> dict[str, float]:
    return score((each.truth for each in labelled), {each.id: read_page(each) for each in labelled})


@pytest.mark.skipif(not LABELLED, reason="the labelled pages are not on this machine")
@pytest.mark.parametrize(
    "name", ["0xFF at 00 %", "0xFF at 50 %", "0xFF put into prose", "last byte cut", "a byte lost"]
)
def test_damage_costs_next_to_nothing_on_labelled_pages(
    name: str, labelled: list[Labelled], whole: dict[str, float]
) -> None:
    row = damaged_row(labelled, DAMAGES[name], 1, charset=False)
    assert whole["F1"] - row["F1"] <= 0.005
    assert min(row["title"], row["day"], row["minute"], row["source"]) >= 1 - 1 / len(labelled)
