"""The version is said in several places and is one."""

import re

from crawler.settings import VERSION
from tests.packaging.project import read, table


def test_the_crawler_calls_itself_by_the_projects_version() -> None:
    assert table("project")["version"] == VERSION


def test_the_changelog_begins_with_it() -> None:
    found = re.search(r"^## (\S+)", read("CHANGELOG.md"), flags=re.MULTILINE)
    assert found is not None
    assert found[1] == table("project")["version"]
