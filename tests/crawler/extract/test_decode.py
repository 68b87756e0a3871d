"""Charsets as servers and templates claim them, and as the bytes are. All texts are made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.decode import decode

PARAGRAPH = "近日，望海区召开秋冬季防火工作会议，要求各街道压实责任、细化台账，确保任务按期完成。"
GERMAN = "Die Brücke über die Förde wurde für den Verkehr geöffnet, größere Schäden gab es nicht."


def page(charset: str, text: str = PARAGRAPH * 3) -> str:
    return f"<html><head><meta charset={charset}></head><body><p>{text}</p></body></html>"


def test_a_byte_order_mark_wins() -> None:
    decoded = decode(b"\xef\xbb\xbf" + page("gbk").encode(), "text/html; charset=gbk")
    assert (decoded.charset, decoded.evidence) == ("utf-8", "bom")
    assert not decoded.text.startswith("\ufeff")


@pytest.mark.parametrize("label", ["gb2312", "GBK", "gb_2312-80", "gb18030", "x-gbk"])
def test_every_name_of_gb_is_read_as_gb18030(label: str) -> None:
    decoded = decode(page(label, PARAGRAPH + "镕喆㛃").encode("gb18030"))
    assert (decoded.charset, decoded.replaced) == ("gb18030", 0)
    assert "镕喆㛃" in decoded.text


@pytest.mark.parametrize(
    ("claim", "header", "bytes_in", "read_as"),
    [
        ("utf-8", "text/html; charset=utf-8", "gbk", "gb18030"),
        ("gb2312", "text/html; charset=gbk", "utf-8", "utf-8"),
        ("gb2312", "text/html; charset=ISO-8859-1", "gbk", "gb18030"),
        ("none", "", "gbk", "gb18030"),
        ("none", "", "utf-8", "utf-8"),
        ("x-unknown", "text/html; charset=klingon", "gbk", "gb18030"),
        ("utf-8", "", "big5", "big5hkscs"),
    ],
)
def test_a_charset_that_lies_is_found_out(claim: str, header: str, bytes_in: str, read_as: str) -> None:
    text = PARAGRAPH * 3 if bytes_in != "big5" else "近日，臨海區召開秋冬季防火工作會議，要求各街道壓實責任。" * 4
    decoded = decode(page(claim, text).encode(bytes_in), header)
    assert (decoded.charset, decoded.replaced) == (read_as, 0)
    assert text in decoded.text


def test_a_wrong_header_over_a_right_meta_is_found_out() -> None:
    decoded = decode(page("gbk").encode("gbk"), "text/html; charset=utf-8")
    assert (decoded.charset, decoded.evidence, decoded.replaced) == ("gb18030", "meta", 0)
    decoded = decode(page("utf-8").encode(), "text/html; charset=gbk")
    assert (decoded.charset, decoded.evidence, decoded.replaced) == ("utf-8", "meta", 0)


@pytest.mark.parametrize("charset", ["gbk", "utf-8", "big5"])
def test_a_meta_that_stands_too_late_to_be_believed_is_not_needed(charset: str) -> None:
    text = PARAGRAPH * 3 if charset != "big5" else "近日，臨海區召開秋冬季防火工作會議，要求各街道壓實責任。" * 4
    late = "<!--" + "x" * 20_000 + "-->" + page(charset, text)
    assert text in decode(late.encode(charset)).text


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_and_without_its_mark(charset: str) -> None:
    decoded = decode(page("utf-16").encode(charset), f"text/html; charset={charset}")
    assert PARAGRAPH in decoded.text


def test_a_character_of_three_bytes_that_lost_one_costs_itself() -> None:
    payload = page("utf-8").encode()
    at = payload.index("秋".encode())
    text = decode(payload[: at + 1] + payload[at + 2 :]).text
    assert text.count("\ufffd") <= 2
    assert PARAGRAPH[:6] in text
    assert text.endswith("</p></body></html>")


def test_what_the_caller_knows_goes_before_the_header() -> None:
    decoded = decode(page("none").encode("gbk"), "text/html; charset=big5", "gbk")
    assert (decoded.charset, decoded.evidence) == ("gb18030", "charset")


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (GERMAN, "iso-8859-1"),
        ("Мост через залив открыт для движения", "windows-1251"),
        ("Мост через залив открыт для движения", "koi8-r"),
        ("湾の橋は木曜日に再び開通しました。", "shift_jis"),
        ("다리가 목요일에 다시 개통되었습니다.", "euc-kr"),
    ],
)
def test_other_languages_keep_the_charset_they_claim(text: str, charset: str) -> None:
    assert text in decode(page(charset, text).encode(charset), f"text/html; charset={charset}").text


def test_two_characters_that_are_valid_in_two_charsets_follow_the_claim() -> None:
    assert "联通" in decode("<meta charset=gbk>联通".encode("gbk")).text


@given(st.data())
def test_one_bad_byte_costs_a_few_characters_not_the_page(data: st.DataObject) -> None:
    whole = page("gb2312")
    payload = whole.encode("gbk")
    at = data.draw(st.integers(len(page("gb2312", "").encode()) // 2, len(payload) - 20))
    damage = data.draw(st.sampled_from(["replace", "insert", "drop"]))
    tail = payload[at:] if damage == "insert" else payload[at + 1 :]
    damaged = payload[:at] + (b"" if damage == "drop" else b"\xff") + tail
    text = decode(damaged).text
    before = next((i for i, (a, b) in enumerate(zip(whole, text, strict=False)) if a != b), len(text))
    behind = next((i for i, (a, b) in enumerate(zip(whole[::-1], text[::-1], strict=False)) if a != b), len(text))
    assert len(whole) - before - behind <= 8


def test_one_bad_byte_leaves_utf_8_alone() -> None:
    payload = page("utf-8").encode()
    decoded = decode(payload[:120] + b"\xff" + payload[121:])
    assert decoded.charset == "utf-8"
    assert decoded.replaced <= 3


def test_a_cut_tail_costs_its_last_character() -> None:
    for charset in ("utf-8", "gbk"):
        whole = page(charset)[: page(charset).index("</p>")]
        text = decode(whole.encode(charset)[:-1]).text
        assert text[:-1] == whole[:-1]


@given(st.binary(max_size=4000), st.text(max_size=30), st.text(max_size=12))
def test_any_bytes_give_a_text_without_nuls(payload: bytes, content_type: str, charset: str) -> None:
    decoded = decode(payload, content_type, charset)
    assert "\0" not in decoded.text
