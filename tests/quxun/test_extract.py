"""`quxun extract`: pages in, JSON lines out, whatever is wrong with a page. All pages are synthetic."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crawler.judge import judge
from tests.quxun.conftest import Quxun
from tests.quxun.stories import page

TEXT = (
    "湖边的步道今天开放，全长三公里，沿途有座椅和路灯，市民可以免费进入。",
    "步道由临湖融媒的志愿者维护，每天清晨打扫一次。",
)
FIELDS = ["id", "url", "title", "text", "date", "author", "source", "origin", "category"]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    file = tmp_path / "page.html"
    file.write_bytes(page("湖边步道开放", *TEXT))
    return file


def batch(tmp_path: Path, *lines: Any) -> Path:
    file = tmp_path / "pages.jsonl"
    texts = [each if isinstance(each, str) else json.dumps(each) for each in lines]
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return file


def test_a_page_is_one_line_with_every_field(quxun: Quxun, saved: Path) -> None:
    read = quxun("extract", saved).object
    assert list(read) == FIELDS
    assert read == {
        "id": str(saved),
        "url": "",
        "title": "湖边步道开放",
        "text": "\n".join(TEXT),
        "date": "2024-05-01 09:30",
        "author": "",
        "source": "临湖融媒",
        "origin": "",
        "category": "",
    }


def test_a_batch_is_a_line_a_page_in_its_order(quxun: Quxun, saved: Path, tmp_path: Path) -> None:
    packed = tmp_path / "sub" / "packed.html.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(page("第二条消息开始了", *TEXT)))
    lines = quxun(
        "extract",
        "--batch",
        batch(
            tmp_path,
            {"id": "b", "file": "sub/packed.html.gz", "url": "http://www.example.cn/2.html"},
            "",
            {"id": "a", "file": str(saved), "url": "", "charset": "", "anchor": None},
            {"id": 3, "file": "page.html"},
        ),
    ).objects
    assert [line["id"] for line in lines] == ["b", "a", 3]
    assert [line["title"] for line in lines] == ["第二条消息开始了", "湖边步道开放", "湖边步道开放"]
    assert [line["url"] for line in lines] == ["http://www.example.cn/2.html", "", ""]


def test_the_callers_charset_is_believed(quxun: Quxun, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(page("湖边步道开放", *TEXT).replace(b'<meta charset="utf-8">', b"").decode().encode("gbk"))
    for told in (
        quxun("extract", file, "--charset", "gbk"),
        quxun("extract", "--batch", batch(tmp_path, {"id": "1", "file": "page.html", "charset": "gb2312"})),
    ):
        assert told.object["title"] == "湖边步道开放"


def test_the_text_of_the_link_completes_a_headline(quxun: Quxun, tmp_path: Path) -> None:
    whole = "湖边步道开放首日迎来三千名市民"
    (tmp_path / "page.html").write_bytes(page("湖边步道开放首日迎来…", *TEXT))
    read = quxun("extract", "--batch", batch(tmp_path, {"id": "1", "file": "page.html", "anchor": whole})).object
    assert read["title"] == whole


def test_a_page_that_is_no_article_is_refused_and_that_is_no_failure(quxun: Quxun, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(b"%PDF-1.4 synthetic")
    read = quxun("extract", file).object
    assert list(read) == [*FIELDS, "refusal"]
    assert read["refusal"] == "not-html"
    assert {read[name] for name in FIELDS[1:]} == {""}


def test_what_cannot_be_read_is_a_line_too_and_the_rest_is_read(quxun: Quxun, saved: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.html.gz").write_bytes(gzip.compress(b"x" * 1000)[:-20])
    lines = quxun(
        "extract",
        "--batch",
        batch(
            tmp_path,
            {"id": "missing", "file": "missing.html"},
            {"id": "folder", "file": "."},
            {"id": "broken", "file": "broken.html.gz"},
            "not json",
            [1],
            {"id": "nameless"},
            {"id": "wrong", "file": "page.html", "charset": 7},
            {"id": "\ud800", "file": "page.html"},
            {"id": "good", "file": "page.html"},
        ),
        status=1,
    ).objects
    refusals = [line.get("refusal", "") for line in lines]
    assert len(lines) == 9
    assert [each.startswith("unreadable: ") for each in refusals] == [True] * 7 + [False] * 2
    assert "missing.html: No such file" in refusals[0]
    assert "breaks off" in refusals[2]
    assert refusals[3] == "unreadable: line 4: not JSON"
    assert refusals[6] == "unreadable: line 7: charset is not a text"
    assert lines[-1]["title"] == "湖边步道开放"


def test_an_error_of_our_own_costs_one_page(
    quxun: Quxun, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def broken(capture: Any, charset: str, **named: Any) -> Any:
        if capture.url == "http://bad/":
            raise RecursionError
        return judge(capture, charset, **named)

    monkeypatch.setattr("quxun.commands.extract.judge", broken)
    pages = batch(tmp_path, {"id": "1", "file": "page.html", "url": "http://bad/"}, {"id": "2", "file": "page.html"})
    first, second = quxun("extract", "--batch", pages, status=1).objects
    assert "RecursionError" in first["refusal"]
    assert second["title"] == "湖边步道开放"


def test_a_batch_can_come_from_standard_input(quxun: Quxun, saved: Path) -> None:
    given = json.dumps({"id": "1", "file": str(saved)}).encode() + b"\n"
    assert quxun("extract", "--batch", "-", given=given).object["title"] == "湖边步道开放"


def test_wrong_usage_says_what_to_do(quxun: Quxun, saved: Path, tmp_path: Path) -> None:
    assert "quxun crawl --url" in quxun("extract", "https://www.example.cn/1.html", status=2).err
    assert "--batch" in quxun("extract", status=2).err
    quxun("extract", saved, "--batch", saved, status=2)
    assert "for one FILE" in quxun("extract", saved, saved, "--url", "http://x/", status=2).err
    missing = tmp_path / "missing.jsonl"
    assert str(missing) in quxun("extract", "--batch", missing, status=2).err


def test_several_files_are_several_lines_and_a_missing_one_fails(quxun: Quxun, saved: Path, tmp_path: Path) -> None:
    first, second = quxun("extract", saved, tmp_path / "missing.html", status=1).objects
    assert first["title"] == "湖边步道开放"
    assert second["refusal"].startswith("unreadable: ")


def test_no_database_is_loaded_to_read_a_page() -> None:
    program = "import quxun.commands.extract, sys; print({'sqlalchemy', 'scrapy', 'twisted'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
