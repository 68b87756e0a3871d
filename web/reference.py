"""`/docs`: the description of the API as a page of plain HTML, made from /openapi.json."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from web.markup import Markup, document, joined, tag
from web.style import STYLE

_Schema = Mapping[str, Any]


def reference(api: _Schema) -> str:
    """The page for an OpenAPI description."""
    told = api["info"]
    return document(
        f"{told['title']} API",
        STYLE,
        tag("header", tag("h1", f"{told['title']} API"), tag("span", f"version {told['version']}", class_="dim")),
        tag("p", _words(told.get("description", ""))),
        tag("p", tag("a", "openapi.json", href="/openapi.json"), " · ", tag("a", "the service", href="/")),
        *_operations(api),
        tag("h2", "Shapes"),
        *_shapes(api),
    )


def _operations(api: _Schema) -> Iterator[Markup]:
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            yield tag("h2", tag("code", f"{method.upper()} {path}"), f" {operation['summary']}")
            yield tag("p", _words(operation.get("description", "")))
            given = [*_parameters(operation), *_body(operation, api)]
            if given:
                yield _table(("give", "where", "what"), given)
            answers = [_answer(status, each) for status, each in operation["responses"].items()]
            yield _table(("status", "answer"), answers)


def _parameters(operation: _Schema) -> Iterator[Markup]:
    for each in operation.get("parameters", ()):
        yield _value(each["name"], each["schema"], each.get("description", ""), each["in"])


def _body(operation: _Schema, api: _Schema) -> Iterator[Markup]:
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if schema is not None:
        for name, field in _shape(schema, api).get("properties", {}).items():
            yield _value(name, field, field.get("description", ""), "body")


def _shapes(api: _Schema) -> Iterator[Markup]:
    for name, schema in api["components"]["schemas"].items():
        fields = [
            _value(field, each, each.get("description", "")) for field, each in schema.get("properties", {}).items()
        ]
        choices = " · ".join(map(str, schema.get("enum", ())))
        yield tag("h3", name, id=name)
        yield tag("p", _words(schema.get("description", "")), " " if choices else None, choices)
        if fields:
            yield _table(("field", "what"), fields)


def _value(name: str, schema: _Schema, said: str, where: str = "") -> Markup:
    what = tag("td", _words(said), " ", tag("span", _kind(schema), class_="dim"), class_="t")
    return tag("tr", tag("td", tag("code", name), class_="k"), tag("td", where, class_="k") if where else None, what)


def _answer(status: str, response: _Schema) -> Markup:
    content = ((media, _kind(each.get("schema", {}))) for media, each in response.get("content", {}).items())
    kinds = ", ".join(f"{media} {kind}".strip() for media, kind in content)
    what = tag("td", _words(response.get("description", "")), " ", tag("span", kinds, class_="dim"), class_="t")
    return tag("tr", tag("td", status, class_="k"), what)


def _table(heads: Iterable[str], lines: Iterable[Markup]) -> Markup:
    head = tag("thead", tag("tr", *(tag("th", words) for words in heads)))
    return tag("div", tag("table", head, tag("tbody", *lines)), class_="wide")


def _words(said: str) -> Markup:
    """A sentence, with what stands between backticks as code."""
    parts = re.split(r"`([^`]+)`", said)
    return joined(*(tag("code", part) if at % 2 else part for at, part in enumerate(parts)))


def _kind(schema: _Schema) -> str:
    """What a value is, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    kind = str(schema.get("type", ""))
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def _shape(schema: _Schema, api: _Schema) -> _Schema:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found: _Schema = api["components"]["schemas"][name] if name else schema
    return found
