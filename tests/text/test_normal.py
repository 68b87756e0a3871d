from hypothesis import given
from hypothesis import strategies as st

from text.digest import content_digest, payload_digest
from text.normal import words_only


def test_punctuation_width_and_spaces_are_not_words() -> None:
    assert words_only("“零跑腿”，办 结！") == words_only('"零跑腿",办结!') == "零跑腿办结"


def test_full_width_letters_and_digits_are_the_same_words() -> None:
    assert words_only("ＢＯＰＰ薄膜５０吨") == "bopp薄膜50吨"


@given(st.text())
def test_words_of_words_are_the_words(text: str) -> None:
    assert words_only(words_only(text)) == words_only(text)


def test_another_number_is_another_content() -> None:
    assert content_digest("通报", "抽检25批次。") != content_digest("通报", "抽检26批次。")


def test_markup_spaces_do_not_change_the_content() -> None:
    assert content_digest("通 报", "第一段。\n第二段。") == content_digest("通报", "第一段。第二段。")


def test_a_word_moved_from_title_to_text_is_another_content() -> None:
    assert content_digest("甲乙", "丙") != content_digest("甲", "乙丙")


def test_the_digest_of_nothing_is_the_standard_s() -> None:
    assert payload_digest(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
