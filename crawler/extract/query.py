"""XPath with types. The only module that knows what lxml's evaluation may return."""

from lxml import etree
from lxml.html import HtmlElement


class Query:
    """A compiled XPath expression."""

    def __init__(self, expression: str) -> None:
        self._path = etree.XPath(expression)

    def elements(self, tree: HtmlElement) -> list[HtmlElement]:
        """The elements it finds, in document order."""
        found = self._path(tree)
        return [item for item in found if isinstance(item, HtmlElement)] if isinstance(found, list) else []

    def strings(self, tree: HtmlElement) -> list[str]:
        """The attribute values it finds, in document order."""
        found = self._path(tree)
        return [str(item) for item in found if isinstance(item, str)] if isinstance(found, list) else []

    def holds(self, tree: HtmlElement) -> bool:
        """Whether it finds anything."""
        return bool(self._path(tree))
