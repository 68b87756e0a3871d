"""Notices of one form, as offices publish them week after week, and reprints of some of them."""

from datetime import timedelta

import pytest

from tests.text.copies.notices import FORMS, notice
from tests.text.copies.texts import DAY, document, fed
from text.copies.keys import Document
from text.copies.memory import MemoryIndex

#: Notices of each form, and every how many of them is reprinted.
EACH, REPRINTED = 10, 4


def published(form: str, one_site: bool) -> list[Document]:
    """The notices of a form, then their reprints, whose numbers are a hundred higher."""
    told = []
    for number in range(1, EACH + 1):
        title, text = notice(form, number)
        site = "office.example" if one_site else ""
        day = DAY + timedelta(days=7 * number)
        told.append(document(number, text, title=title, site=site, day=day))
    for number in range(1, EACH + 1, REPRINTED):
        title, text = notice(form, number)
        told.append(
            document(100 + number, f"来源：东岳日报\n{text.replace('，', ',')}", title=f"{title} - 某资讯网", day=DAY)
        )
    return told


def stories(index: MemoryIndex) -> list[set[int]]:
    return [found for found in index.stories().values() if len(found) > 1]


@pytest.mark.parametrize("one_site", [True, False], ids=["one-office", "many-offices"])
@pytest.mark.parametrize("form", FORMS)
def test_each_notice_is_a_story_and_its_reprint_is_a_copy_of_it_alone(form: str, one_site: bool) -> None:
    found = stories(fed(published(form, one_site), batch=4))
    assert sorted(map(sorted, found)) == [[each, 100 + each] for each in range(1, EACH + 1, REPRINTED)]
