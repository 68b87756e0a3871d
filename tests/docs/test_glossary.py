"""docs/glossary.md and the records say the same words."""

import re
from dataclasses import fields, is_dataclass
from enum import Enum
from types import ModuleType
from typing import NewType

import pytest

from crawler import profile, walks
from storage import intents, records
from tests.docs.markdown import page, sections

CONTRACT = (records, intents)
GLOSSARY = sections(page("docs/glossary.md"), level=3)
HEADWORDS = {word: body for heading, body in GLOSSARY.items() for word in heading.split(" · ")}
MARK = "*word of the trade"


def nouns(module: ModuleType) -> dict[str, object]:
    """The public classes and new types that a module defines."""
    return {
        name: thing
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and isinstance(thing, type | NewType)
        and getattr(thing, "__module__", "") == module.__name__
    }


NOUNS = {name: thing for module in CONTRACT for name, thing in nouns(module).items()}
FIELDS = {field.name for noun in NOUNS.values() if is_dataclass(noun) for field in fields(noun)}
CHOICES = {name: noun for name, noun in NOUNS.items() if isinstance(noun, type) and issubclass(noun, Enum)}
#: Unions have no class of their own: `Intent`.
ALIASES = {name for name in vars(intents) if name.endswith("Intent")}
NAMED = set(NOUNS) | ALIASES | FIELDS | set(nouns(profile)) | set(nouns(walks))


@pytest.mark.parametrize("name", sorted(set(NOUNS) | ALIASES))
def test_every_noun_of_the_contract_is_a_headword(name: str) -> None:
    assert name in HEADWORDS, f"docs/glossary.md has no heading {name}"


@pytest.mark.parametrize("headword", sorted(HEADWORDS))
def test_every_headword_is_in_the_code_or_marked(headword: str) -> None:
    in_code = headword in NAMED or headword.lower().replace(" ", "_") in FIELDS
    assert in_code or MARK in HEADWORDS[headword].lower(), (
        f"{headword} is neither a name in the code nor marked {MARK}*"
    )


@pytest.mark.parametrize("heading", sorted(GLOSSARY))
def test_every_headword_is_used_in_a_sentence(heading: str) -> None:
    assert re.search(r"^> \S", GLOSSARY[heading], flags=re.MULTILINE), f"{heading} has no worked sentence"


@pytest.mark.parametrize("name", sorted(CHOICES))
def test_every_value_of_a_choice_is_explained_with_it(name: str) -> None:
    missing = [str(member.value) for member in CHOICES[name] if f"`{member.value}`" not in HEADWORDS[name]]
    assert not missing, f"docs/glossary.md, {name}: {missing}"


def test_the_contents_list_every_group() -> None:
    text = page("docs/glossary.md")
    listed = re.findall(r"^- \[(.+?)\]\(#", text, flags=re.MULTILINE)
    assert listed == list(sections(text, level=2))
