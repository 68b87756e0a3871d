"""Read the pages of docs/ as data: sections by their heading, tables by their rows."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def page(path: str) -> str:
    """The text of a page, by its path from the project's root."""
    return (ROOT / path).read_text(encoding="utf-8")


def sections(text: str, level: int) -> dict[str, str]:
    """Heading → what stands below it, up to the next heading of that level or a higher one."""
    parts = re.split(rf"^(#{{1,{level}}}) +(.+?) *$", _without_code_blocks(text), flags=re.MULTILINE)
    found: dict[str, str] = {}
    for marks, heading, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        if len(marks) == level:
            assert heading not in found, f"two headings say {heading!r}"
            found[heading] = body
    return found


def rows(section: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def code(text: str) -> list[str]:
    """What stands between backticks, in order, and the lines of code blocks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", _without_code_blocks(text)) + [
        line.strip() for block in blocks for line in block.splitlines()
    ]


def _without_code_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
