"""The list API of the els-service platform. All answers are synthetic."""

import json
from datetime import UTC, datetime

import pytest

from crawler.listings.els import els_request, read_els
from crawler.listings.page import ListingPage
from storage.records import Precision, SourceRules

BASE = "http://hzlxxq.example.cn"
REGION, UNIT = "a" * 32, "b" * 32
CATA = "1589462242292797440"
RULES = SourceRules(dq=REGION, dw=(UNIT,), catas=(CATA,))
PORTAL = SourceRules(dq="0530", catas=(CATA,))


def row(**fields: object) -> dict[str, object]:
    return {
        "xxid": "2052219261245669376",
        "dwid": UNIT,
        "subject": "测试标题一则",
        "fwdate": "2026-04-03 10:22:33",
        **fields,
    }


def read(*rows: object, pages: object = 1, rules: SourceRules = RULES, page: int = 1, size: int = 15) -> ListingPage:
    answer = {"success": True, "data": {"totalPages": pages, "contents": list(rows)}}
    url = f"{BASE}/els-service/article/{page}/{size}"
    return read_els(json.dumps(answer, ensure_ascii=False).encode(), url, rules, page, BASE)


def test_the_request_is_the_one_the_pages_of_a_unit_send() -> None:
    request = els_request(f"{BASE}/", RULES, 2)
    assert (request.url, request.method) == (f"{BASE}/els-service/article/2/15", "POST")
    assert ("Content-Type", "application/json") in request.headers
    assert json.loads(request.body) == {
        "dq": REGION,
        "dw": [UNIT],
        "catas": [CATA],
        "type": [1],
        "fwzt": "3",
        "order": "fwdate",
    }


def test_the_request_of_a_portal_names_region_and_catalogue_alone() -> None:
    request = els_request(BASE, PORTAL, 1, 50)
    assert request.url.endswith("/1/50")
    assert json.loads(request.body) == {"dq": "0530", "catas": [CATA]}


def test_a_row_is_an_entry_at_the_address_of_its_page() -> None:
    (entry,) = read(row(txtmemo="第一段 <1>\n\n第二段")).entries
    assert entry.url == f"{BASE}/{REGION}/{UNIT}/2052219261245669376.html"
    assert (entry.title, entry.entry_id) == ("测试标题一则", "2052219261245669376")
    assert entry.published_at == datetime(2026, 4, 3, 2, 22, tzinfo=UTC)
    assert entry.published_precision is Precision.MINUTE
    assert entry.content == "<p>第一段 &lt;1&gt;</p><p>第二段</p>"


def test_without_a_region_the_address_begins_with_the_unit() -> None:
    (entry,) = read(row(), rules=SourceRules(dw=(UNIT,))).entries
    assert entry.url == f"{BASE}/{UNIT}/2052219261245669376.html"


def test_a_row_that_points_elsewhere_leads_there() -> None:
    (entry,) = read(row(url="https://www.other.cn/a.html")).entries
    assert entry.url == "https://www.other.cn/a.html"


def test_html_in_the_text_stays_html() -> None:
    (entry,) = read(row(txtmemo="<p>第一段</p>")).entries
    assert entry.content == "<p>第一段</p>"


@pytest.mark.parametrize(
    ("written", "at", "precision"),
    [
        (1775183040000, datetime(2026, 4, 3, 2, 24, tzinfo=UTC), Precision.MINUTE),
        ("1775183040000", datetime(2026, 4, 3, 2, 24, tzinfo=UTC), Precision.MINUTE),
        ("2026-04-03", datetime(2026, 4, 2, 16, 0, tzinfo=UTC), Precision.DAY),
        ("2026-04-03 00:00:00", datetime(2026, 4, 2, 16, 0, tzinfo=UTC), Precision.DAY),
        (None, None, None),
        (True, None, None),
        ([], None, None),
    ],
)
def test_the_date_is_chinas_time_or_milliseconds(written: object, at: datetime | None, precision: object) -> None:
    (entry,) = read(row(fwdate=written)).entries
    assert (entry.published_at, entry.published_precision) == (at, precision)


def test_rows_of_other_catalogues_are_left_out_where_they_say_so() -> None:
    rows = [row(xxid="1", catas=[CATA, "9"]), row(xxid="2", cataId="9"), row(xxid="3"), row(xxid="4", cata=f"9,{CATA}")]
    assert [entry.entry_id for entry in read(*rows).entries] == ["1", "3", "4"]


def test_rows_without_an_address_or_of_another_kind_are_left_out() -> None:
    assert read("no row", None, row(xxid=None), row(dwid=""), rules=PORTAL).entries == ()


def test_pages_are_walked_to_the_last() -> None:
    following = read(row(), pages=3, page=2, size=50).next
    assert following == els_request(BASE, RULES, 3, 50)
    assert read(row(), pages=3, page=3).next is None
    assert read(pages=3, page=1).next is None
    assert read(row(), pages="2").next is not None
    assert read(row(), pages=None).next is None


def test_an_empty_catalogue_is_no_problem() -> None:
    page = read(pages=0)
    assert (page.entries, page.problem) == ((), "")


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        (b"", "nothing"),
        (b"<html>login</html>", "HTML"),
        (b"not json", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[]", "another kind"),
        ('{"success": false, "message": "参数错误"}'.encode(), "参数错误"),
        (b'{"success": true, "data": null}', "refused"),
        (b'{"success": true, "data": {"contents": 3}}', "list of articles"),
    ],
)
def test_what_is_no_answer_is_said(payload: bytes, problem: str) -> None:
    page = read_els(payload, BASE, RULES, 1, BASE)
    assert problem in page.problem
    assert page.entries == ()
