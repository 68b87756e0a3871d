"""The benchmark's own scores, and that they agree with those that the labelled pages came with."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks.labelled import Labelled, folder, load, read_page, sets
from benchmarks.scoring import Score, compared, is_source, names, score, when

SCORER = Path(__file__).parents[4] / "shared" / "bench" / "extraction" / "score.py"
#: Ours and theirs, where they are named differently.
THEIRS = {"day": "dayOK", "minute": "minOK", "chunks": "chunkF1"}


def test_the_same_text_scores_one_and_another_one_nothing() -> None:
    assert compared("望海区召开会议。", "望海区 召开\n会议。", chinese=True) == (1.0, 1.0, 1.0, True)
    assert compared("甲乙丙丁戊", "望海区召开会议", chinese=True)[2] == 0.0
    assert compared("", "", chinese=True)[2] == 1.0
    assert compared("more", "", chinese=False)[2] == 0.0


def test_what_is_too_much_costs_precision_and_what_is_missing_recall() -> None:
    truth = "望海区近日召开秋冬季防火工作会议"
    precision, recall, _, same = compared(truth + "相关阅读更多新闻", truth, chinese=True)
    assert (precision < 1.0, recall, same) == (True, 1.0, False)
    assert compared(truth[:-4], truth, chinese=True)[:2] == (1.0, 9 / 13)


def test_dates_names_and_sources_are_compared_by_what_they_say() -> None:
    assert when("2026年11月2日 8:05") == ((2026, 11, 2), (8, 5))
    assert when("2026-11-02") == ((2026, 11, 2), None)
    assert names("本报记者 王 燕、李小明") == {"王燕", "李小明"}
    assert is_source("来源：望海日报", ["望海日报社"])
    assert not is_source("", ["望海日报"])


def test_a_page_that_was_not_read_counts_as_bad() -> None:
    truth = {"id": "a", "lang": "zh", "text": "望海区召开会议", "title": "望海", "author": "", "date": "2026-11-02"}
    assert score([truth], {}) == {
        "P": 0.0,
        "R": 0.0,
        "F1": 0.0,
        "bad": 1.0,
        "perfect": 0.0,
        "title": 0.0,
        "day": 0.0,
        "auFP": 0.0,
    }


def test_snippets_count_over_all_pages() -> None:
    total = Score()
    total.add({"chunks_with": ["a b", "c"], "chunks_without": ["d"]}, {"text": "a\nb d"})
    assert (total.right, total.missing, total.wrong) == (1, 1, 1)
    assert total.means() == {"chunks": 0.5}


def theirs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("shared_score", SCORER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not SCORER.exists() or not sets(folder()), reason="the labelled pages are not on this machine")
@pytest.mark.parametrize("name", ["zh", "zh163", "scrapinghub"])
def test_both_scorers_agree(name: str) -> None:
    pages: list[Labelled] = load(folder(), name)[:12]
    read = {page.id: read_page(page) for page in pages}
    ours = score((page.truth for page in pages), read)
    other = theirs().score({page.id: page.truth for page in pages}, read)
    assert ours == pytest.approx({column: other[THEIRS.get(column, column)] for column in ours})
