"""The lines around a headline in which a page says when, where from and by whom. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from crawler.extract.labels import is_bar, is_label
from crawler.extract.layout import Layout, Line

ABOVE = 8  # lines above a headline that may still be its header: some templates set the date there
BELOW = 40  # lines below a headline that are searched when the body is far away
SHORT = 40  # characters: longer lines are no part of a bar
ALONE = 20  # lines above a body that are searched when the page shows no headline

_LABEL_ALONE = re.compile(r"[\u3400-\u9fff]{2,8}(?:于)?\s*[:：]\s*$")
_SENTENCE = re.compile(r"[。！？!?]$|^.{24,}，|，.{12,}")


@dataclass(frozen=True, slots=True)
class Zone:
    """The lines in which a page's header may stand: between the headline and the body, and a few above."""

    layout: Layout
    headline: int
    start: int
    end: int
    #: Where the headline's own side begins again: lines before this are above it.
    after: int

    @classmethod
    def around(cls, layout: Layout, headline: int, body_start: int, body_end: int) -> "Zone":
        if headline < 0:
            start = max(0, body_start - ALONE)
            return cls(layout, headline, start, min(body_end, body_start + 4), start)
        end = min(max(body_start + 4, headline + 6), headline + BELOW, len(layout.lines))
        barred = all(len(line.text) <= SHORT for line in layout.lines[headline + 1 : end])
        while barred and end < min(headline + BELOW, body_end) and _goes_on(layout.lines, end):
            end += 1
        return cls(layout, headline, max(0, headline - ABOVE), end, headline + 1)

    def lines(self) -> Iterator[tuple[int, Line]]:
        """Below the headline first, then above it, nearest first."""
        below = joined(self.layout.lines, self.after, self.end)
        above = joined(self.layout.lines, self.start, min(self.after, self.end))
        for number, line in [*below, *reversed(above)]:
            if number != self.headline:
                yield number, line


def joined(lines: list[Line], start: int, end: int) -> list[tuple[int, Line]]:
    """Numbered lines of a range; a label that a template sets as a block of its own is joined with its value."""
    found: list[tuple[int, Line]] = []
    for number in range(start, min(end, len(lines))):
        line = lines[number]
        if found and _is_alone(found[-1][1].text) and _is_value(line.text):
            before = found.pop()
            label = before[1]
            colon = "" if label.text.endswith((":", "：")) else "："
            line = replace(
                label,
                text=f"{label.text}{colon}{line.text}",
                pieces=(*label.pieces, colon, *line.pieces),
                linked=label.linked + line.linked,
            )
            number = before[0]  # noqa: PLW2901 - the label's place is the pair's
        found.append((number, line))
    return found


def _goes_on(lines: list[Line], number: int) -> bool:
    """Whether a bar with one line for each label and each value has not ended before a line."""
    return is_label(lines[number].text) or is_label(lines[number - 1].text) or is_bar(lines[number])


def _is_alone(text: str) -> bool:
    """Whether a line is a label that waits for its value."""
    return len(text) <= 12 and (_LABEL_ALONE.match(text) is not None or is_label(text))


def _is_value(text: str) -> bool:
    """Whether a line may be what a label waits for: no label itself and no sentence."""
    return len(text) <= 40 and not is_label(text) and not _SENTENCE.search(text)
