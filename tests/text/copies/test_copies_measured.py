"""The bars of docs/performance.md on the labelled texts, where they are."""

import pytest

from benchmarks.copies import ORDERS, figures, folder, lines, missed


@pytest.mark.slow
@pytest.mark.parametrize("order", [list(ORDERS)[-1]])  # all of them: `python -m benchmarks.copies --orders`
def test_the_labelled_copies_are_found_and_only_those(order: str) -> None:
    where = folder()
    if not (where / "score.py").exists():
        pytest.skip(f"there are no labelled texts at {where}")
    given, labels = lines(where / "dev" / "docs.jsonl"), lines(where / "dev" / "labels.jsonl")
    assert missed(figures(where, order, given, labels)) == []
