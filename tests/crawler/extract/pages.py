"""Builders of made-up pages, with boring defaults, so that a test shows only what matters."""

from datetime import UTC, datetime

from crawler.extract.page import Page, parse
from crawler.extract.reader import extract
from storage.records import Capture, Entry, Extraction

URL = "http://www.example.cn/a.html"
CAPTURED_AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
TITLE = "望海区部署秋冬季森林防火工作"
BAR = '<div class="info">2026-11-12 08:05 来源：望海日报</div>'
PARAGRAPHS = (
    "望海区近日召开秋冬季防火工作会议，要求各街道压实责任、细化措施，确保林区安全。",
    "会议强调，要加强巡查值守，严格管控火源，做到早发现、早处置。",
    "截至目前，全区共排查隐患三十六处，已全部整改到位。",
)


def body(*extra: str) -> str:
    """The paragraphs of an article, and more of them."""
    return "".join(f"<p>{text}</p>" for text in (*PARAGRAPHS, *extra))


def page(
    *extra: str,
    head: str = "",
    title: str = TITLE,
    bar: str = BAR,
    above: str = "",
    below: str = "",
    container: str = "div",
) -> str:
    """A page of one article; `extra` are more paragraphs."""
    return (
        f'<html><head><meta charset="utf-8"><title>{title}_望海网</title>{head}</head><body>{above}<h1>{title}</h1>'
        f"{bar}<{container}>{body(*extra)}</{container.partition(' ')[0]}>{below}</body></html>"
    )


def parsed(html: str, url: str = URL) -> Page:
    return parse(html, url)


def read(html: str, *, url: str = URL, entry: Entry | None = None) -> Extraction:
    """The extraction of a page that must have one."""
    result = extract(parsed(html, url), entry=entry, captured_at=CAPTURED_AT)
    assert isinstance(result, Extraction), f"refused as {result}"
    return result


def entry(**claims: object) -> Entry:
    return Entry(**{"url": URL, "key": URL, **claims})  # type: ignore[arg-type]


def capture(payload: bytes | str, *, status: int = 200, content_type: str = "text/html; charset=utf-8") -> Capture:
    return Capture(
        url=URL,
        final_url=URL,
        captured_at=CAPTURED_AT,
        status=status,
        headers=(("content-type", content_type),),
        payload=payload.encode() if isinstance(payload, str) else payload,
    )
