"""Date, credit and authors of saved pages outside the project, against labels that hold no text.

A label is the day, the minute where the page shows one, and the beginning of the SHA-256 of the squashed
credit and of the sorted, squashed names joined by `;`: empty for what a page does not say, null for what
was not labelled.
"""

import hashlib
import json
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawler.extract.page import Page
from crawler.extract.reader import extract
from crawler.extract.words import squash
from crawler.judge import judge
from storage.records import Capture, Extraction, Precision
from tests.crawler.extract.pages import CAPTURED_AT

PAGES = Path(__file__).parents[4] / "shared" / "pages"
LABELS = [json.loads(line) for line in Path(__file__).with_name("shared_headers.jsonl").read_text().splitlines()]
CHINA = ZoneInfo("Asia/Shanghai")

pytestmark = pytest.mark.skipif(not PAGES.is_dir(), reason="the saved pages (../shared/pages) are not on this machine")


@cache
def described() -> dict[str, dict[str, str]]:
    lines = (PAGES / "index.jsonl").read_text(encoding="utf-8").splitlines()
    return {record["file"]: record for record in map(json.loads, lines)}


def read(file: str) -> Extraction:
    about = described()[file]
    url = about["url"] or ""
    capture = Capture(
        url=url,
        final_url=url,
        captured_at=CAPTURED_AT,
        status=200,
        headers=(("content-type", "text/html"),),
        payload=(PAGES / file).read_bytes(),
    )
    page = judge(capture, about["encoding"])
    # No time of capture: nobody knows when these were saved.
    result = extract(page) if isinstance(page, Page) else page
    assert isinstance(result, Extraction), f"refused as {result}"
    return result


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


@pytest.mark.parametrize("label", LABELS, ids=[label["file"].rpartition("__")[2] for label in LABELS])
def test_the_header_of_a_saved_page_is_read(label: dict[str, str | None]) -> None:
    result = read(label["file"] or "")
    local = result.published_at.astimezone(CHINA) if result.published_at else None
    assert (local.strftime("%Y-%m-%d") if local else "") == label["date"]
    if label["minute"]:
        assert result.published_precision is Precision.MINUTE
        assert local is not None
        assert local.strftime("%H:%M") == label["minute"]
    if label["credit"] is not None:
        assert digest(squash(result.credit)) == label["credit"], result.credit
    if label["authors"] is not None:
        names = sorted(squash(person.name) for person in result.byline)
        assert digest(";".join(names)) == label["authors"], names


def test_every_article_page_has_a_label() -> None:
    articles = {file for file, about in described().items() if about["kind"] == "article"}
    assert {label["file"] for label in LABELS} == articles
