"""Pieces of HTML and XML that several sites share. Pure: values in, text out, always escaped."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import TypeVar

from demo.model import SHANGHAI, Link

SYNTHETIC = (
    "<!-- 虚构示例页面：东岳市、临湖新区及文中的人物、单位、数据均不存在。"
    "Synthetic page: the place, the people and the news are invented. -->"
)
T = TypeVar("T")
XML = '<?xml version="1.0" encoding="UTF-8"?>'


def esc(text: str) -> str:
    return escape(text, quote=True)


def anchor(link: Link, href: str = "", attributes: str = "") -> str:
    """A link to an article; `href` in place of its path from the root."""
    extra = f" {attributes}" if attributes else ""
    return f'<a href="{esc(href or link.path)}"{extra} title="{esc(link.title)}">{esc(link.title)}</a>'


def element(tag: str, text: str, css: str = "") -> str:
    """The text in an element of that class; nothing if there is no text."""
    name = f' class="{css}"' if css else ""
    return f"<{tag}{name}>{esc(text)}</{tag}>" if text else ""


def items(links: Iterable[Link]) -> str:
    return "\n".join(f"<li>{anchor(link)}</li>" for link in links)


def paragraphs(texts: Iterable[str], opening: str = "<p>", closing: str = "</p>", indent: str = "") -> str:
    return "\n".join(f"{opening}{indent}{esc(text)}{closing}" for text in texts)


def document(head: str, body: str, *, charset: str = "utf-8", doctype: str = "<!DOCTYPE html>") -> str:
    return (
        f'{doctype}\n<html lang="zh-CN">\n<head>\n<meta charset="{charset}">\n{head}\n</head>\n<body>\n{SYNTHETIC}\n'
        f"{body}\n</body>\n</html>\n"
    )


def metas(pairs: Iterable[tuple[str, str]], key: str = "name") -> str:
    return "\n".join(f'<meta {key}="{name}" content="{esc(content)}">' for name, content in pairs)


def minute(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def day(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d")


def chinese_day(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month:02}月{local.day:02}日"


def w3c(at: datetime) -> str:
    """As sitemaps, Atom and JSON-LD write a time (RFC 3339)."""
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def chunks(rows: Sequence[T], size: int) -> list[Sequence[T]]:
    """The rows page by page; one empty page if there are none."""
    return [rows[at : at + size] for at in range(0, len(rows), size)] or [rows]
