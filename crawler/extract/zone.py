"""The lines around a headline in which a page says when, where from and by whom. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from crawler.extract.layout import Layout, Line

ABOVE = 8  # lines above a headline that may still be its header: some templates set the date there
BELOW = 40  # lines below a headline that are searched when the body is far away
ALONE = 20  # lines above a body that are searched when the page shows no headline

_LABEL_ALONE = re.compile(r"[\u3400-\u9fff]{2,8}(?:于)?\s*[:：]\s*$")


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
        if found and _LABEL_ALONE.match(found[-1][1].text) and len(line.text) <= 40:
            before = found.pop()
            label = before[1]
            line = replace(
                label,
                text=f"{label.text}{line.text}",
                pieces=label.pieces + line.pieces,
                linked=label.linked + line.linked,
            )
            number = before[0]  # noqa: PLW2901 - the label's place is the pair's
        found.append((number, line))
    return found
