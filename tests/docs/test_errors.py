"""Every error an operator can meet is in docs/operations.md, and nothing else is."""

import re

import pytest

from storage import errors
from tests.docs.markdown import page, rows, sections

ERRORS = {
    name: error
    for name, error in vars(errors).items()
    if isinstance(error, type) and issubclass(error, errors.QuxunError)
}
OPERATIONS = sections(page("docs/operations.md"), level=2)
TABLE = {row[0].strip("`"): row[1:] for row in rows(OPERATIONS["Errors"])}
EXIT_CODES = {row[0] for row in rows(OPERATIONS["Exit codes"])}


def test_the_table_has_every_error_and_no_other() -> None:
    assert set(TABLE) == set(ERRORS)


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_a_row_gives_the_exit_code_and_says_what_to_do(name: str) -> None:
    code, says, means, remedy = TABLE[name]
    assert code == str(ERRORS[name].exit_code)
    assert code in EXIT_CODES
    assert all((says, means, remedy))


#: One of each, made as the code makes them.
MESSAGES = {
    "ConfigError": errors.ConfigError("luxi.toml", "district.code", "is missing"),
    "DatabaseError": errors.DatabaseError("sqlite:///quxun.db", "is locked"),
    "SchemaVersionError": errors.SchemaVersionError(
        "sqlite:///quxun.db", "is older / newer (schema 1) than this Quxun"
    ),
    "NotFound": errors.NotFound("source", "bulletin"),
    "AlreadyExists": errors.AlreadyExists("source", "bulletin"),
    "BlobDamaged": errors.BlobDamaged("sha256:0", "it has other bytes"),
    "HostBusy": errors.HostBusy("www.example.cn", 60),
    "UnreadableInput": errors.UnreadableInput("pages.jsonl", "is not JSON", line=3),
}


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_what_it_says_is_what_the_error_says(name: str) -> None:
    said = "".join(".+" if part.startswith("‹") else re.escape(part) for part in re.split(r"(‹.+?›)", TABLE[name][1]))
    assert re.fullmatch(said, str(MESSAGES[name]))


def test_only_errors_without_a_form_of_their_own_are_not_compared() -> None:
    assert set(ERRORS) - set(MESSAGES) == {"QuxunError", "UsageError"}
