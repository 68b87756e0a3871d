"""Say whether a page is Chinese, and so which reader it gets. Pure."""

from crawler.extract.page import Page
from crawler.extract.words import is_chinese
from storage.records import Entry

SAMPLE_CHARS = 6_000  # of visible text, to tell its language
PROSE = 24  # characters from which a line counts as prose
FEW = 40  # prose below this says too little of the language


def is_chinese_page(page: Page, entry: Entry | None = None) -> bool:
    """Whether the prose of the page (not its navigation) is Chinese; what the page claims is not asked."""
    prose: list[str] = []
    room = SAMPLE_CHARS
    for line in page.layout.lines:
        if len(line.text) > PROSE and line.linked * 2 < len(line.text):
            prose.append(line.text[:room])
            room -= len(prose[-1])
        if room <= 0:
            break
    sample = "".join(prose) or page.script[:SAMPLE_CHARS] or (entry.content if entry else "")
    if len(sample) < FEW:
        sample += "".join(line.text for line in page.layout.lines)[:SAMPLE_CHARS] + page.tags.title
    return is_chinese(sample)
