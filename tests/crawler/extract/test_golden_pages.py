"""Every page in tests/pages reads as its expected.json says, or is refused as its refusal.json says.

A case without either file gets one written and fails until somebody has reviewed it. All pages are
synthetic: they are modelled on the markup of real CMS families and hold no real text.
"""

import dataclasses
import json
from datetime import date, datetime
from pathlib import Path

import pytest

from crawler.extract.page import Page
from crawler.extract.reader import extract
from crawler.judge import judge
from storage.records import Capture, Entry, Extraction, Refusal

PAGES = Path(__file__).parents[2] / "pages"
CASES = sorted(path.parent.name for path in PAGES.glob("*/page.html"))


def read(case: str) -> Extraction | Refusal:
    meta = json.loads((PAGES / case / "meta.json").read_text(encoding="utf-8"))
    capture = Capture(
        url=meta["url"],
        final_url=meta["url"],
        captured_at=datetime.fromisoformat(meta["captured_at"]),
        status=meta["status"],
        headers=(("content-type", meta["content_type"]),),
        payload=(PAGES / case / "page.html").read_bytes(),
    )
    claimed = meta.get("entry")
    entry = None
    if claimed is not None:
        day = claimed.pop("issue_date", None)
        entry = Entry(url=meta["url"], key=meta["url"], issue_date=date.fromisoformat(day) if day else None, **claimed)
    page = judge(capture, entry=entry)
    return extract(page, entry=entry, captured_at=capture.captured_at) if isinstance(page, Page) else page


def plain(value: object) -> object:
    """A field of an extraction as JSON has it."""
    return json.loads(json.dumps(value, ensure_ascii=False, default=_json))


def _json(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


def said(extraction: Extraction) -> dict[str, object]:
    """The fields that are not empty; the text as a list of paragraphs."""
    fields = {field.name: getattr(extraction, field.name) for field in dataclasses.fields(extraction)}
    fields["text"] = extraction.text.split("\n")
    return {name: plain(value) for name, value in fields.items() if value not in ("", None, (), False)}


@pytest.mark.parametrize("case", CASES)
def test_a_golden_page_reads_as_reviewed(case: str) -> None:
    result = read(case)
    refusal, expected = PAGES / case / "refusal.json", PAGES / case / "expected.json"
    if not refusal.exists() and not expected.exists():
        target, value = (refusal, {"refusal": result}) if isinstance(result, Refusal) else (expected, said(result))
        target.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        pytest.fail(f"{target} was written: review it, then run again")
    if refusal.exists():
        assert result == Refusal(json.loads(refusal.read_text(encoding="utf-8"))["refusal"])
        return
    assert isinstance(result, Extraction), f"refused as {result}"
    wanted, got = json.loads(expected.read_text(encoding="utf-8")), said(result)
    differing = [name for name in sorted(wanted.keys() | got.keys()) if wanted.get(name) != got.get(name)]
    assert {name: got.get(name) for name in differing} == {name: wanted.get(name) for name in differing}


def test_every_case_says_that_it_is_synthetic() -> None:
    for case in CASES:
        meta = json.loads((PAGES / case / "meta.json").read_text(encoding="utf-8"))
        assert meta["about"].startswith("Synthetic"), case


def test_every_kind_of_refusal_has_a_golden_page() -> None:
    refused = {json.loads(path.read_text(encoding="utf-8"))["refusal"] for path in PAGES.glob("*/refusal.json")}
    assert refused == set(Refusal)
