"""One imported text, as it is before the flow decides what it is to the store. Pure records."""

from dataclasses import dataclass
from datetime import datetime

from storage.records import Extraction
from text.digest import content_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedItem:
    """A text that came in a file instead of over the wire, already read."""

    #: The id it has in its file; empty if it has none. Ids may repeat: the later text is a later state.
    external_id: str
    #: As given; None for a text without one.
    url: str | None
    #: The host it is said to come from; empty if that is not known.
    site: str
    #: The article key of a text without a URL: `import:<id>`, or `text:<digest>` where there is no id.
    key_hint: str
    extraction: Extraction
    #: The bytes it was read from: the line of an articles file, the whole file of a page's text.
    payload: bytes
    #: When another archive took it, where that is known; else None, and the time of the import counts.
    captured_at: datetime | None = None
    #: What a server would have said of the payload: names in lower case.
    headers: tuple[tuple[str, str], ...] = ()
    #: The number of its line, from 1; 0 for an item that is a whole file or a part of one.
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line of an articles file that holds no article; the rest of the file can still be read."""

    line: int
    #: What is wrong with it, without the file's name and the line's number.
    problem: str


def key_of_id(external_id: str, title: str, text: str) -> str:
    """The key of a text that may lack a URL: from its id, or else from its words."""
    return f"import:{external_id}" if external_id else f"text:{content_digest(title, text)}"
