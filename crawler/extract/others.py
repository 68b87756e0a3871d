"""Mark what tells of other stories, and what readers say: teasers, abstracts, comments. Pure.

All of it is known by how it is set, since names of boxes differ from site to site.
"""

import re
from collections.abc import Callable

from crawler.extract.layout import Box, Layout, Line

REPLY_DEPTH = 12  # boxes between such a button and its comment
REPLY_CHARS = 12  # of a button with its count
TEASER_LINES = 8  # of an item in a list of stories
COMMENT = 500.0  # weight that a comment hardly has

#: The buttons below a reader's comment.
_REPLY = re.compile(
    r"[|\s]*(?:\d*\s*回[复應应](?:\s*\(?\d*\)?)?|(?:\+1)?\s*[顶踩赞讚](?:\s*\(?\d*\)?)?|举报|檢舉)[|\s]*$"
)


def mark_others(layout: Layout, weights: list[float], prose: Callable[[int, int], float], marks: list[bool]) -> None:
    """Mark the lines of a page that belong to other stories or to readers.

    `weights` are those of the lines by themselves, `prose` sums them over a range.
    """
    others = _Others(layout, weights, prose, marks)
    others.mark_teasers()
    others.mark_comments()
    others.mark_abstracts()


class _Others:
    def __init__(
        self, layout: Layout, weights: list[float], prose: Callable[[int, int], float], marks: list[bool]
    ) -> None:
        self.layout, self.weights, self.prose, self.marks = layout, weights, prose, marks

    def mark_teasers(self) -> None:
        """Three or more boxes side by side that each begin with a link are a list of other stories."""
        lines = self.layout.lines
        groups: dict[tuple[int, object, str], list[Box]] = {}
        for box in self.layout.boxes:
            if 0 < box.end - box.start <= TEASER_LINES and box.parent >= 0:
                first = lines[box.start]
                if first.linked > 5 and first.linked * 2 > len(first.text):
                    groups.setdefault((box.parent, box.element.tag, box.name), []).append(box)
        for boxes in groups.values():
            if len(boxes) >= 3:
                for box in boxes:
                    if self.prose(box.start, box.end) < 200 and all(
                        line.heading != 1 for line in lines[box.start : box.end]
                    ):
                        self.marks[box.start : box.end] = [True] * (box.end - box.start)

    def mark_comments(self) -> None:
        """Boxes that each hold a sentence with a button to reply are readers' comments.

        Two side by side, or three equally deep: the article's own row of buttons is alone in its place.
        """
        boxes = self.layout.boxes
        depths: list[int] = []
        for box in boxes:
            depths.append(depths[box.parent] + 1 if box.parent >= 0 else 0)
        found: dict[tuple[str, int, object], set[int]] = {}
        for line in self.layout.lines:
            if len(line.text) > REPLY_CHARS or not _REPLY.match(line.text):
                continue
            place = line.box
            for _ in range(REPLY_DEPTH):
                if place <= 0 or self.prose(boxes[place].start, boxes[place].end):
                    break
                place = boxes[place].parent
            if place > 0 and self.prose(boxes[place].start, boxes[place].end) < COMMENT:
                tag = boxes[place].element.tag
                found.setdefault(("beside", boxes[place].parent, tag), set()).add(place)
                found.setdefault(("deep", depths[place], tag), set()).add(place)
        for (how, _, _), places in found.items():
            if len(places) >= (2 if how == "beside" else 3):
                for place in places:
                    self.marks[boxes[place].start : boxes[place].end] = [True] * (boxes[place].end - boxes[place].start)

    def mark_abstracts(self) -> None:
        """Short prose below a linked heading, three times or more, tells of other stories too."""
        lines = self.layout.lines
        below = [
            number
            for number in range(1, len(lines))
            if 0 < self.weights[number] < 260
            and not lines[number].linked
            and is_linked_title(lines[number - 1])
            and not self._runs_on(number)
        ]
        if len(below) >= 3:
            for number in below:
                self.marks[number] = True

    def _runs_on(self, number: int) -> bool:
        """Whether another paragraph follows, set like this one."""
        lines, boxes = self.layout.lines, self.layout.boxes
        if number + 1 >= len(lines) or self.weights[number + 1] <= 0 or lines[number + 1].linked:
            return False
        one, two = lines[number].box, lines[number + 1].box
        return one == two or (one >= 0 and two >= 0 and boxes[one].parent == boxes[two].parent)


def is_linked_title(line: Line) -> bool:
    """Whether a line is the link to another story."""
    return len(line.text) >= 8 and line.linked >= 0.8 * len(line.text.replace(" ", ""))
