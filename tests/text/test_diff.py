from hypothesis import given
from hypothesis import strategies as st

from text.diff import Edit, Span, diff_texts

paragraphs = st.lists(st.text(alphabet="甲乙丙丁戊12。", min_size=1, max_size=12), max_size=6)


def test_a_changed_number_is_marked_inside_its_paragraph() -> None:
    lines = list(diff_texts("惠及12户居民。\n结束。", "惠及35户居民。\n结束。"))
    assert lines == [
        (
            Span(Edit.SAME, "惠及"),
            Span(Edit.REMOVED, "12"),
            Span(Edit.ADDED, "35"),
            Span(Edit.SAME, "户居民。"),
        ),
        (Span(Edit.SAME, "结束。"),),
    ]


def test_an_added_paragraph_stands_alone() -> None:
    assert list(diff_texts("一。", "一。\n编者按。"))[1] == (Span(Edit.ADDED, "编者按。"),)


@given(paragraphs, paragraphs)
def test_both_texts_can_be_read_back(old: list[str], new: list[str]) -> None:
    lines = list(diff_texts("\n".join(old), "\n".join(new)))
    before = [line for line in lines if any(span.edit is not Edit.ADDED for span in line)]
    after = [line for line in lines if any(span.edit is not Edit.REMOVED for span in line)]
    assert ["".join(s.text for s in line if s.edit is not Edit.ADDED) for line in before] == old
    assert ["".join(s.text for s in line if s.edit is not Edit.REMOVED) for line in after] == new
