"""A service's routes and its OpenAPI 3.1 document, said once: what is not described is not served.

The schemas are those of the pydantic models that check the bodies and write the answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from flask import Flask, Response
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from earpiece.domain import errors
from earpiece.web.statuses import status_of

_Chosen = tuple[type[BaseModel], Literal["validation", "serialization"]]
_REFS = "#/components/schemas/{model}"
_SECURITY_SCHEMES = {
    "widgetToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "From `POST /v1/token`."},
    "apiKey": {"type": "http", "scheme": "bearer", "bearerFormat": "ep_live_…", "description": "An account's API key."},
}

CALLER_PROBLEMS: tuple[type[errors.EarpieceError], ...] = (
    errors.InvalidId,
    errors.InvalidToken,
    errors.InvalidCredentials,
    errors.InsufficientScope,
    errors.AccountSuspended,
    errors.AccountDeleted,
    errors.RateLimited,
    errors.Unavailable,
)
BODY_PROBLEMS: tuple[type[errors.EarpieceError], ...] = (
    errors.InvalidInput,
    errors.MalformedBody,
    errors.PayloadTooLarge,
    errors.UnsupportedMediaType,
)


class FieldError(BaseModel):
    """One thing that is wrong with a body: where (RFC 6901), and what."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """An error, RFC 9457. `type` is a contract; `instance` names the request in our logs."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list[FieldError] | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """`spans_slashes`: the rest of the path, slashes and all."""

    name: str
    place: Literal["path", "header", "query"]
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    spans_slashes: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One route. `path` is OpenAPI's template; `requests` are the bodies that it takes, any one of them."""

    method: Literal["get", "post", "put"]
    path: str
    name: str
    summary: str
    response: type[BaseModel]
    problems: tuple[type[errors.EarpieceError], ...]
    status: int = 200
    requests: tuple[type[BaseModel], ...] = ()
    parameters: tuple[Parameter, ...] = ()
    security: tuple[str, ...] = ("widgetToken", "apiKey")
    needs_security: bool = True
    has_etag: bool = False

    @property
    def rule(self) -> str:
        """The path as Flask reads it."""
        spanning = {one.name for one in self.parameters if one.spans_slashes}
        pieces = self.path.split("{")
        named = [piece.partition("}") for piece in pieces[1:]]
        converted = [f"<{'path:' if name in spanning else ''}{name}>{rest}" for name, _, rest in named]
        return pieces[0] + "".join(converted)


def with_operations(
    app: Flask, title: str, version: str, routes: Sequence[tuple[Operation, Callable[..., Response]]]
) -> Flask:
    """Serve these routes, and their document at `GET /openapi.json`."""
    app.url_map.merge_slashes = False  # a platform's id may hold two
    for operation, view in routes:
        app.add_url_rule(
            operation.rule, operation.name, view, methods=[operation.method.upper()], provide_automatic_options=False
        )
    text = json.dumps(document(title, version, [operation for operation, _ in routes]))

    @app.get("/openapi.json")
    def openapi() -> Response:
        return Response(text, mimetype="application/json", headers={"Cache-Control": "public, max-age=60"})

    return app


def document(title: str, version: str, operations: Sequence[Operation]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these operations."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {"schemas": _schemas(operations), "securitySchemes": _SECURITY_SCHEMES},
    }


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [_parameter(one) for one in operation.parameters],
        "responses": _responses(operation),
        "security": [{name: []} for name in operation.security] + ([] if operation.needs_security else [{}]),
    }
    if operation.requests:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": _any(operation)}}}
    return described


def _any(operation: Operation) -> dict[str, Any]:
    refs = [_ref(model) for model in operation.requests]
    return refs[0] if len(refs) == 1 else {"anyOf": refs}


def _parameter(one: Parameter) -> dict[str, Any]:
    described = {"name": one.name, "in": one.place, "description": one.description, "schema": dict(one.schema)}
    return described | {"required": one.place == "path"}


def _responses(operation: Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": "Done",
        "content": {"application/json": {"schema": _ref(operation.response)}},
    }
    responses = {str(operation.status): answer}
    if operation.has_etag:
        etag = {"ETag": {"description": "Strong: the same for the same body", "schema": {"type": "string"}}}
        answer["headers"] = etag
        responses["304"] = {"description": "What `If-None-Match` names is still so", "headers": etag}
    for status, found in sorted(_by_status(operation.problems).items()):
        responses[str(status)] = _problem_response(status, found)
    responses["500"] = _problem_response(500, [errors.EarpieceError])
    return responses


def _by_status(problems: Iterable[type[errors.EarpieceError]]) -> dict[int, list[type[errors.EarpieceError]]]:
    grouped: dict[int, list[type[errors.EarpieceError]]] = {}
    for problem in problems:
        grouped.setdefault(status_of(problem()), []).append(problem)
    return grouped


def _problem_response(status: int, found: Sequence[type[errors.EarpieceError]]) -> dict[str, Any]:
    types = sorted({f"urn:earpiece:problem:{problem.slug}" for problem in found})
    schema = {"allOf": [_ref(Problem), {"properties": {"type": {"enum": types}, "status": {"const": status}}}]}
    described: dict[str, Any] = {
        "description": "; ".join(f"`{problem.slug}`: {problem.title}" for problem in found),
        "content": {"application/problem+json": {"schema": schema}},
    }
    if any(problem.retryable for problem in found):
        described["headers"] = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer", "minimum": 1}}}
    return described


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    taken: set[type[BaseModel]] = {model for operation in operations for model in operation.requests}
    given: set[type[BaseModel]] = {operation.response for operation in operations} | {Problem}
    chosen: list[_Chosen] = [(model, "validation") for model in sorted(taken, key=_name)]
    chosen += [(model, "serialization") for model in sorted(given, key=_name)]
    _, found = models_json_schema(chosen, ref_template=_REFS)
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def _name(model: type[BaseModel]) -> str:
    return model.__name__


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REFS.format(model=model.__name__)}
