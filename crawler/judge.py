"""Is it an article page."""

from crawler.extract.decode import decode
from crawler.extract.page import Page, parse
from storage.records import Capture, Refusal


def judge(capture: Capture, charset: str = "") -> Page | Refusal:
    """Being written."""
    decoded = decode(capture.payload, capture.header("content-type"), charset)
    return parse(decoded.text, capture.final_url, decoded.charset)
