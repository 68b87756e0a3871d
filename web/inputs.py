"""What may be asked: every value bounded before anything is done with it."""

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Self
from urllib.parse import urlsplit

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, model_validator

from storage.records import RunStatus, RunWish

#: The highest id that a database can hold.
MAX_ID = 2**63 - 1
MAX_LIMIT = 500
_MAX_KEY = 200
_MAX_URL = 2000
_MAX_URLS = 100
_MAX_REASON = 500
#: News is not older, and a time outside cannot be told in every zone.
_YEARS = (1900, 2200)


def _clean(text: str) -> str:
    """Refuse control characters: no key, URL or reason has any."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise ValueError("control characters cannot be used")
    return text


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(character.isspace() for character in url):
        raise ValueError("this is not an http or https URL")
    return url


def _in_reach(when: datetime) -> datetime:
    if not _YEARS[0] <= when.year <= _YEARS[1]:
        raise ValueError(f"the year must be from {_YEARS[0]} to {_YEARS[1]}")
    return when.astimezone(UTC)


Clean = AfterValidator(_clean)
Key = Annotated[str, Field(min_length=1, max_length=_MAX_KEY), Clean]
Address = Annotated[str, Field(max_length=_MAX_URL), Clean, AfterValidator(_address)]
Time = Annotated[AwareDatetime, AfterValidator(_in_reach)]
Id = Annotated[int, Field(ge=1, le=MAX_ID)]

KeyInPath = Annotated[str, Path(min_length=1, max_length=_MAX_KEY, description="The source's key."), Clean]
IdInPath = Annotated[int, Path(ge=1, le=MAX_ID, description="The run's id.")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RunQuery(_Strict):
    """Which runs."""

    source: Key | None = Field(default=None, description="Only runs of the source with this key.")
    status: RunStatus | None = Field(default=None, description="Only runs with this status.")
    limit: int = Field(default=50, ge=1, le=MAX_LIMIT, description="How many, newest first.")
    before: Id | None = Field(default=None, description="Only runs with a lower id: the `next_before` of a page.")


class IssueQuery(_Strict):
    """Which issues."""

    source: Key | None = Field(default=None, description="Only issues of the source with this key.")
    run: Id | None = Field(default=None, description="Only issues of the run with this id.")
    limit: int = Field(default=100, ge=1, le=MAX_LIMIT, description="How many, newest first.")


class SourceQuery(_Strict):
    """Which sources."""

    all: bool = Field(default=False, description="Removed ones too.")


class WishBody(_Strict):
    """A run that somebody asks for: of a source, or of single URLs of one host."""

    source: Key | None = Field(default=None, description="The key of the source that is to be visited.")
    urls: list[Address] = Field(default=[], max_length=_MAX_URLS, description="Only these URLs, all of one host.")
    full: StrictBool = Field(
        default=False, description="Read listings to their end, and ask again for everything known."
    )
    since: Time | None = Field(default=None, description="Only what claims to be published from this time.")
    until: Time | None = Field(default=None, description="Only what claims to be published before this time.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.source is None) == (not self.urls):
            raise ValueError("give either source or urls")
        if len({urlsplit(url).netloc.lower() for url in self.urls}) > 1:
            raise ValueError("the urls must be of one host; ask for each host alone")
        if self.since and self.until and self.since >= self.until:
            raise ValueError("since must be before until")
        return self

    @property
    def wish(self) -> RunWish:
        return RunWish(urls=tuple(dict.fromkeys(self.urls)), full=self.full, since=self.since, until=self.until)


class CancelBody(_Strict):
    """Why a run is called off."""

    reason: Annotated[str, Field(max_length=_MAX_REASON), Clean] = Field(
        default="", description="A sentence for people; it becomes the reason of the run."
    )
