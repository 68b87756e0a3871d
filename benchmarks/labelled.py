"""Labelled pages outside the project: where they are looked for, and how ours are read from them."""

import gzip
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crawler.extract.page import Page
from crawler.extract.reader import extract
from crawler.judge import judge
from quxun.formats import extract_line, refusal_line
from storage.records import Capture, Refusal

#: Where the pages are, unless an option says so: a folder with `dev/<set>/truth.jsonl` and `dev/<set>/html/`.
VARIABLE = "BENCH_PAGES"
BESIDE = Path(__file__).parents[2] / "shared" / "bench" / "extraction" / "dev"
CHINA = ZoneInfo("Asia/Shanghai")
#: When every page counts as fetched: later than any date in it that is not an announcement's.
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A page with its labels."""

    truth: dict[str, Any]
    payload: bytes

    @property
    def id(self) -> str:
        return str(self.truth["id"])

    @property
    def charset(self) -> str:
        return str(self.truth["charset"])

    @property
    def text(self) -> str:
        """Decoded by the label, so that decoding is not what peers are compared by."""
        charset = self.charset.lower()
        wide = {"gbk": "gb18030", "gb2312": "gb18030"}.get(charset, charset)
        return self.payload.decode(wide, "replace").replace("\0", "")


def folder(given: str | None = None) -> Path:
    """Where the sets are: the option, the variable or beside the checkout."""
    return Path(given or os.environ.get(VARIABLE) or BESIDE)


def sets(where: Path) -> list[str]:
    """The names of the sets in a folder; Chinese ones first."""
    names = [each.parent.name for each in where.glob("*/truth.jsonl")]
    return sorted(names, key=lambda name: (not name.startswith("zh"), name))


def load(where: Path, name: str) -> list[Labelled]:
    """The pages of a set."""
    home = where / name
    found = []
    for line in (home / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        if line.strip():
            truth = json.loads(line)
            stored = (home / truth["file"]).read_bytes()
            payload = gzip.decompress(stored) if truth["file"].endswith(".gz") else stored
            found.append(Labelled(truth=truth, payload=payload))
    return found


def read(payload: bytes, *, url: str = "", charset: str = "", content_type: str = "") -> dict[str, Any]:
    """What `quxun extract` prints of a page."""
    capture = Capture(
        url=url,
        final_url=url,
        captured_at=NOW,
        status=200,
        headers=(("content-type", content_type),) if content_type else (),
        payload=payload,
    )
    page = judge(capture, charset)
    found = extract(page, timezone=CHINA.key) if isinstance(page, Page) else page
    if isinstance(found, Refusal):
        return refusal_line("", url, found.value)
    return extract_line("", url, found, CHINA)


def read_page(page: Labelled, *, charset: bool = True) -> dict[str, Any]:
    """The same of a labelled page, with or without the word of its label on the charset."""
    return read(page.payload, url=page.truth.get("url") or "", charset=page.charset if charset else "")
