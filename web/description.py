"""The description of the API (/openapi.json) as FastAPI makes it, with what it cannot know put right."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from web.problems import MEDIA_TYPE

_PROBLEM = "#/components/schemas/Problem"


class Described(FastAPI):
    """An application whose description says in which media type problems come, and what each answer is."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            described = super().openapi()
            for response in _responses(described):
                _correct(response, described)
            self.openapi_schema = described
        return self.openapi_schema


def _responses(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in described["paths"].values():
        for operation in methods.values():
            if "security" in operation:
                operation["security"].append({})  # without a token, where none is set
            operation["responses"] = dict(sorted(operation["responses"].items()))
            yield from operation["responses"].values()


def _correct(response: dict[str, Any], described: dict[str, Any]) -> None:
    content = response.get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    if reference == _PROBLEM:
        response["content"] = {MEDIA_TYPE: content["application/json"]}
    elif reference and response["description"] == "Successful Response":
        shape = described["components"]["schemas"][reference.rpartition("/")[2]]
        response["description"] = shape.get("description", "")
