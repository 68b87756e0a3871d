"""Every saved article outside the project yields its title and its text; skipped where the pages are absent.

`shared_pages.jsonl` labels them, by reading, without their text: hashes of the title, of the text's first and last
twelve characters and of the whole, and where the text starts and ends among the visible characters of the page.
All characters are counted and hashed as letters and digits only, in NFKC and lower case.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from crawler.extract.page import Page
from crawler.extract.reader import extract
from crawler.extract.words import squash
from crawler.judge import judge
from storage.records import Capture, Extraction
from tests.crawler.extract.pages import CAPTURED_AT

PAGES = Path(__file__).parents[4] / "shared" / "pages"
LABELS = [
    json.loads(line) for line in Path(__file__).with_name("shared_pages.jsonl").read_text(encoding="utf-8").splitlines()
]
EDGE = 12  # characters at the start and the end of a text

pytestmark = pytest.mark.skipif(not PAGES.is_dir(), reason="the saved pages (../shared) are not on this machine")


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read(file: str) -> tuple[Page, Extraction]:
    capture = Capture(
        url="",
        final_url="",
        captured_at=CAPTURED_AT,
        status=200,
        headers=(("content-type", "text/html"),),
        payload=(PAGES / file).read_bytes(),
    )
    page = judge(capture)
    assert isinstance(page, Page), f"refused as {page}"
    result = extract(page, captured_at=CAPTURED_AT)
    assert isinstance(result, Extraction), f"refused as {result}"
    return page, result


def shown(page: Page) -> str:
    return "".join(squash(line.text) for line in page.layout.lines)


@pytest.mark.parametrize("label", LABELS, ids=lambda label: str(label["file"]).rpartition("__")[2])
def test_a_saved_article_is_read_from_its_start_to_its_end(label: dict[str, Any]) -> None:
    page, result = read(label["file"])
    text = squash(result.text)
    assert hashed(squash(result.title)) == label["title"]
    assert hashed(text[:EDGE]) == label["head"]
    assert hashed(text[-EDGE:]) == label["tail"]
    assert len(text) == label["chars"]
    assert hashed(text) == label["text"]
    visible = shown(page)
    assert text[:EDGE] in visible[label["start"] : label["start"] + 2 * EDGE + 40]
    assert text[-EDGE:] in visible[label["end"] - 2 * EDGE - 40 : label["end"]]


def test_every_saved_article_has_a_label() -> None:
    index = [json.loads(line) for line in (PAGES / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {each["file"] for each in index if each["kind"] == "article"} == {label["file"] for label in LABELS}
