"""HTML made of nested calls: whatever is not markup is text, and escaped."""

from html import escape

#: Elements that have no content and no end tag.
_VOID = ("br", "link", "meta")


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, /, *children: "str | Markup | None", **attributes: str | None) -> Markup:
    """An element. Of the attributes, `class_` is `class`, `http_equiv` is `http-equiv`; None is left out."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{told}>")
    return Markup(f"<{name}{told}>{joined(*children)}</{name}>")


def joined(*children: "str | Markup | None") -> Markup:
    """The children one after the other; None is left out."""
    return Markup("".join(child if isinstance(child, Markup) else escape(child) for child in children if child))


def document(title: str, style: str, *children: "str | Markup | None", refresh_s: int | None = None) -> str:
    """A whole page with its style sheet in it."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        None if refresh_s is None else tag("meta", http_equiv="refresh", content=str(refresh_s)),
        tag("title", title),
        tag("link", rel="icon", href="data:,"),
        tag("style", Markup(style)),
    )
    return "<!doctype html>\n" + tag("html", head, tag("body", *children), lang="en")
