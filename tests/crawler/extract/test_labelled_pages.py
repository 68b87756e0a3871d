"""What the reader reaches on labelled pages outside the project; skipped where they are absent.

The floors are below what was measured, so that they fail on a step back and not on a rounding.
"""

import gzip
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawler.extract.page import Page
from crawler.extract.reader import extract
from crawler.judge import judge
from storage.records import Capture, Extraction, Precision, Refusal
from tests.crawler.extract.pages import CAPTURED_AT

SHARED = Path(__file__).parents[4] / "shared"
BENCH = SHARED / "bench" / "extraction"
CHINA = ZoneInfo("Asia/Shanghai")

pytestmark = pytest.mark.skipif(not BENCH.is_dir(), reason="the labelled pages (../shared) are not on this machine")


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def read(payload: bytes, url: str, content_type: str = "text/html", charset: str = "") -> Extraction | Refusal:
    capture = Capture(
        url=url,
        final_url=url,
        captured_at=CAPTURED_AT,
        status=200,
        headers=(("content-type", content_type),),
        payload=payload,
    )
    page = judge(capture, charset)
    return extract(page, captured_at=CAPTURED_AT) if isinstance(page, Page) else page


def said(result: Extraction) -> dict[str, str]:
    minute = result.published_precision is Precision.MINUTE
    local = result.published_at.astimezone(CHINA) if result.published_at else None
    return {
        "text": result.text,
        "title": result.title,
        "date": local.strftime("%Y-%m-%d %H:%M" if minute else "%Y-%m-%d") if local else "",
        "author": ";".join(person.name for person in result.byline),
        "source": result.credit,
    }


@pytest.mark.parametrize(
    ("name", "floors"),
    [
        (
            "zh",
            {"F1": 0.97, "perfect": 0.9, "title": 0.98, "dayOK": 0.98, "minOK": 0.95, "author": 0.85, "source": 0.9},
        ),
        ("zh163", {"F1": 0.99, "perfect": 0.95, "title": 1.0, "dayOK": 1.0, "minOK": 1.0, "source": 1.0}),
    ],
)
def test_labelled_chinese_pages_are_read(name: str, floors: dict[str, float]) -> None:
    folder = BENCH / "dev" / name
    truth: dict[str, Any] = {}
    predicted: dict[str, dict[str, str]] = {}
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        stored = (folder / record["file"]).read_bytes()
        payload = gzip.decompress(stored) if record["file"].endswith(".gz") else stored
        result = read(payload, record["url"] or "", charset=record["charset"])
        truth[record["id"]] = record
        assert isinstance(result, Extraction), f"{record['id']} refused as {result}"
        predicted[record["id"]] = said(result)
    scores = load(BENCH / "score.py").score(truth, predicted)
    assert {key: scores[key] for key in floors if scores[key] < floors[key]} == {}
    assert scores.get("auFP", 0.0) <= 0.05


def test_every_article_of_the_test_network_is_read_without_a_flaw() -> None:
    newsnet = load(SHARED / "testnet" / "newsnet.py")
    world = newsnet.World(newsnet.args(["--seed", "7", "--columns", "2", "--articles", "12"]))
    for article in world.articles.values():
        page, truth = newsnet.render_article(world, article), article.truth()
        visits = [page.body.replace(b"@@HITS@@", hits) for hits in (b"1001", b"98765")]
        first, again = (read(payload, truth["url"], page.ctype) for payload in visits)
        assert isinstance(first, Extraction)
        assert first == again
        stated = said(first)
        assert (stated["title"], stated["date"], stated["source"]) == (truth["title"], truth["date"], truth["source"])
        assert stated["text"] == truth["text"]


def test_listings_of_the_test_network_are_refused() -> None:
    newsnet = load(SHARED / "testnet" / "newsnet.py")
    world = newsnet.World(newsnet.args(["--seed", "7", "--columns", "2", "--articles", "30"]))
    for site in world.sites:
        for page in (newsnet.render_home(world, site), newsnet.render_list(world, site, 0, 1)):
            assert read(page.body, site.base, page.ctype) is Refusal.LISTING
