"""What holds for every page: no character is lost or moved when torn paragraphs are joined, nothing raises."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from crawler.imports.paper_text import read_masthead, read_paper_text
from crawler.imports.paragraphs import breaks_off, glued, goes_on, joined
from tests.crawler.imports.newsprint import page

_HAN = re.compile(r"[\u3400-\u9fff]")
_ODD = (
    "□■▲【】（）()：:，。；、！？…“”《》—-/% \u3000\n\r\ufeff0123456789ABab"
    "第版年月日讯电本报新华社记者通讯员摄图为责编上接下转"
)
_PROSE = "春夏秋冬山水风云田园城市道路书香，、。；：！？“”0123456789%Ab"

odd_text = st.text(alphabet=_ODD, max_size=400) | st.text(max_size=200)
line = st.text(alphabet=_PROSE, min_size=1, max_size=60)
sentence = st.text(alphabet="春夏秋冬山水风云田园城市道路书香，、“”123", min_size=4, max_size=60).map(
    lambda text: f"山{text}园。"
)


def han(text: str) -> str:
    return "".join(_HAN.findall(text))


@given(st.lists(st.tuples(line, st.booleans()), max_size=12))
def test_joining_loses_and_moves_no_character(pieces: list[tuple[str, bool]]) -> None:
    together = "".join(joined(pieces))
    assert together.replace(" ", "") == "".join(text for text, _ in pieces).replace(" ", "")


@given(st.lists(sentence, min_size=1, max_size=5), st.data())
def test_a_paragraph_torn_between_two_characters_is_whole_again(paragraphs: list[str], data: st.DataObject) -> None:
    pieces: list[tuple[str, bool]] = []
    for paragraph in paragraphs:
        cut = data.draw(st.integers(1, len(paragraph) - 1))
        if goes_on(paragraph[:cut], paragraph[cut:]):
            pieces += [(paragraph[:cut], False), (paragraph[cut:], False)]
        else:  # after a closing quotation mark a paragraph may end
            pieces.append((paragraph, False))
    assert list(joined(pieces)) == paragraphs


@given(line, line)
def test_glueing_adds_one_space_at_most(before: str, after: str) -> None:
    assert glued(before, after) in (before + after, f"{before} {after}")


@given(st.lists(line, min_size=1, max_size=10))
def test_an_article_keeps_all_the_words_of_its_lines(lines: list[str]) -> None:
    found = read_paper_text(page("城乡道路修好了", "□本报记者 田禾", *lines), paper="云溪晚报", issue=date(2024, 4, 13))
    told = "".join(article.kicker + article.title + article.subtitle + article.text for article in found)
    assert sorted(han(told)) == sorted(han("城乡道路修好了" + "".join(lines)))
    assert found[0].title == "城乡道路修好了"


@given(odd_text)
def test_no_page_is_too_odd_to_be_read(text: str) -> None:
    read_masthead(text)
    for article in read_paper_text(text, paper="云溪晚报", issue=date(2024, 4, 13)):
        assert not any(not paragraph.strip() for paragraph in article.text.split("\n") if article.text)
        assert "\n" not in article.title + article.kicker + article.subtitle


@given(st.text(max_size=80))
def test_any_text_either_breaks_off_or_not(text: str) -> None:
    assert breaks_off(text) in (True, False)
