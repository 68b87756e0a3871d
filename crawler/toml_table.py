"""Read a TOML table key by key: what is missing, unknown or wrong is named with file, key and value. Pure."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from enum import StrEnum
from typing import TypeVar

from storage.errors import ConfigError

_Choice = TypeVar("_Choice", bound=StrEnum)


class TomlTable:
    """A TOML table that knows what it is called, and says so when something in it is wrong."""

    def __init__(self, where: str, path: str, values: Mapping[str, object]) -> None:
        self.where, self.path, self.values = where, path, values

    def error(self, key: str, problem: str) -> ConfigError:
        return ConfigError(self.where, f"{self.path}.{key}" if self.path else key, problem)

    def expect(self, known: Iterable[str]) -> None:
        for key in self.values:
            if key not in known:
                close = difflib.get_close_matches(key, list(known), n=1)
                hint = f"; did you mean {close[0]!r}?" if close else ""
                raise self.error(key, f"unknown key, with the value {shown(self.values[key])}{hint}")

    def text(self, key: str, default: str | None = None) -> str:
        if key not in self.values and default is not None:
            return default
        return self._text(key, self._present(key))

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.error(key, f"{shown(value)} is not a list of texts")
        return tuple(self._text(key, item) for item in value)

    def number(self, key: str, default: int, least: int, most: int) -> int:
        value = self.values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.error(key, f"{shown(value)} is not a whole number from {least} to {most}")
        return value

    def choice(self, key: str, choices: Sequence[_Choice], default: _Choice | None = None) -> _Choice:
        value = self._present(key) if default is None else self.values.get(key, default)
        for choice in choices:
            if value == choice.value:
                return choice
        raise self.error(key, f"{shown(value)} is not one of {', '.join(choices)}")

    def table(self, key: str) -> "TomlTable":
        value = self._present(key)
        if not isinstance(value, dict):
            raise self.error(key, f"{shown(value)} is not a table: write [{key}]")
        return TomlTable(self.where, key, value)

    def tables(self, key: str) -> list["TomlTable"]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(key, f"{shown(value)} is not a list of tables")
        path = f"{self.path}.{key}" if self.path else key
        return [TomlTable(self.where, f"{path}[{number}]", item) for number, item in enumerate(value, start=1)]

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f"{shown(value)} is not a text in quotes, or an empty one")
        return value

    def _present(self, key: str) -> object:
        if key not in self.values:
            raise self.error(key, "is missing")
        return self.values[key]


def shown(value: object) -> str:
    """The value as an error shows it: short."""
    try:
        text = str(value) if isinstance(value, date | time) else repr(value)
    except ValueError:  # Python writes no number of thousands of digits, though it reads it as 0x…
        text = "a huge number"
    return text if len(text) <= 80 else f"{text[:80]}…"
