"""Which text is the article's: the page's body, or what its script or its listing's entry carries. Pure."""

import re
from dataclasses import replace

from crawler.extract.body import Body, Weights, find_body
from crawler.extract.layout import Layout
from crawler.extract.page import Page, fragment
from crawler.extract.scripts import as_html

CLEARLY = 1.5  # how much more another text must hold than the page's own
OPENING_CHARS = 14  # of the description, enough to find the line that it quotes

_HAN = re.compile(r"[\u3400-\u9fff]")


def find_contents(page: Page, headline: int, carried: str) -> tuple[Body, Weights] | None:
    """The body and the weights of its lines, or None if there is no prose.

    `headline` is the number of the headline's line (-1: not shown), `carried` the HTML that the
    listing's entry brought.
    """
    body = find_body(page.layout, page.weights, headline, _opening(page))
    size = _size(body, page.weights) if body else 0.0
    for source, evidence in ((page.script, "script:memo"), (as_html(carried), "entry")):
        if source:
            layout = Layout.of(fragment(source))
            weights = Weights(layout)
            other = Body(layout, 0, len(layout.lines), evidence)
            if _size(other, weights) > CLEARLY * size + 20:
                return other, weights
    return (_below(body, page.weights, headline), page.weights) if body else None


def _below(body: Body, weights: Weights, headline: int) -> Body:
    """The body without the lines above the headline, where one box holds both."""
    if not body.start <= headline < body.end - 1:
        return body
    if weights.prose(body.start, headline) > 0.1 * weights.prose(headline, body.end):
        return body
    return replace(body, start=headline + 1)


def _size(body: Body, weights: Weights) -> float:
    plain = sum(len(line.text) - line.linked for line in body.lines)
    return max(weights.prose(body.start, body.end), plain)


def _opening(page: Page) -> int:
    """The line that the page's description quotes; -1 if none."""
    start = page.tags.first("description", "og:description")[0][:OPENING_CHARS].strip()
    if len(start) < 10 or _HAN.search(start) is None:
        return -1
    for number, line in enumerate(page.layout.lines):
        if len(line.text) > 30 and line.text.startswith(start):
            return number
    return -1
