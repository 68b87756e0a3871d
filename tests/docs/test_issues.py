"""Every kind of issue and every end of a run is in docs/operations.md, with what to do."""

from enum import StrEnum

import pytest

from storage.records import IssueKind, RunStatus
from tests.docs.markdown import page, rows, sections

OPERATIONS = sections(page("docs/operations.md"), level=2)


@pytest.mark.parametrize(("heading", "choice"), [("Issues", IssueKind), ("How a run ended", RunStatus)])
def test_the_table_has_every_value_and_no_other(heading: str, choice: type[StrEnum]) -> None:
    table = {row[0]: row[1:] for row in rows(OPERATIONS[heading])}
    assert list(table) == [f"`{value}`" for value in choice]
    assert all(means and remedy for means, remedy in table.values())
