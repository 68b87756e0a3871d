"""Bodies that a page carries only as a string of its script. Pure.

The government platform of Heze and Weifang (els-service) writes `var memo = "…"`: HTML, escaped as
JSON, its entities escaped once more.
"""

import html
import json
import re

_MEMO = re.compile(
    r"""\b(?:var|let|const)\s+(?:memo|txtmemo)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""", re.DOTALL
)
_NAMED = re.compile(r"memo\s*=\s*[\"']")  # what the pattern above cannot be without, and found much sooner
_CONTROLS = re.compile(r"[\x00-\x1f]")


def script_body(text: str) -> str:
    """The HTML of the body, or an empty string."""
    if _NAMED.search(text) is None:
        return ""
    bodies = (
        unescaped(match[1] if match[1] is not None else match[2].replace("\\'", "'")) for match in _MEMO.finditer(text)
    )
    return max(bodies, key=len, default="")


def unescaped(literal: str) -> str:
    """A script's string literal as the HTML it stands for."""
    literal = _CONTROLS.sub(" ", literal)
    try:
        plain = str(json.loads(f'"{literal}"'))
    except ValueError:
        plain = literal.replace('\\"', '"').replace("\\/", "/").replace("\\n", "\n")
    return as_html(plain)


def as_html(text: str) -> str:
    """HTML whose tags were escaped once more, as HTML again."""
    return html.unescape(text) if "&lt;" in text and "<" not in text else text
