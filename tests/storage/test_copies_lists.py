"""Numbers of articles as the index of copies stores them."""

from hypothesis import given
from hypothesis import strategies as st

from storage.copies.lists import packed, unpacked

_EDGE = (1 << 24) - 1
_NUMBERS = st.lists(
    st.one_of(st.integers(1, (1 << 32) - 1), st.sampled_from([1, 255, 0xFF00, _EDGE - 1, _EDGE, 1 << 24]))
)


@given(_NUMBERS, _NUMBERS)
def test_two_lists_one_after_the_other_are_a_list(one: list[int], other: list[int]) -> None:
    assert unpacked(packed(one) + packed(other)) == (*one, *other)


def test_a_number_below_sixteen_million_takes_three_bytes() -> None:
    assert [len(packed([each])) for each in (1, _EDGE - 1, _EDGE)] == [3, 3, 7]
