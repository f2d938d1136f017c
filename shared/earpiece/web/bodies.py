"""A request's JSON body, as the pydantic model that also stands in the OpenAPI document."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from flask import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from earpiece.domain.errors import InvalidInput, PayloadTooLarge, UnsupportedMediaType
from earpiece.domain.json_body import read_object

MAX_BODY_BYTES = 64 * 1024


class Body(BaseModel):
    """A body that comes in. Types are exact (a number is not a text); fields that we do not know are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


Model = TypeVar("Model", bound=Body)


def read_bytes(request: Request, most: int) -> bytes:
    """The raw body; raises PayloadTooLarge, with nothing read where the request tells its length."""
    # Werkzeug cuts off a body that tells none (it comes in chunks) at the limit, without a word.
    request.max_content_length = most + 1
    is_told = (request.content_length or 0) > most
    body = b"" if is_told else request.get_data(cache=False)
    if is_told or len(body) > most:
        raise PayloadTooLarge(f"the body is larger than {most // 1024} KiB")
    return body


def read_json(request: Request) -> dict[str, Any]:
    """The JSON object in the request; raises UnsupportedMediaType, PayloadTooLarge, MalformedBody."""
    if request.mimetype != "application/json" or request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMediaType
    return read_object(read_bytes(request, MAX_BODY_BYTES))


def read_body(request: Request, model: type[Model]) -> Model:
    """The request's body; raises what `read_json` does, and InvalidInput with `errors`."""
    return checked(read_json(request), model)


def checked(body: dict[str, Any], model: type[Model]) -> Model:
    """The body as the model; raises InvalidInput with `errors`: a JSON pointer (RFC 6901) and a sentence for each."""
    try:
        return model.model_validate_json(json.dumps(body), strict=True)
    except ValidationError as error:
        # What was sent is never repeated: it may be a message.
        found = error.errors(include_url=False, include_context=False, include_input=False)
        errors = [{"pointer": _pointer(one["loc"]), "detail": one["msg"]} for one in found[:20]]
        raise InvalidInput("the body does not fit its schema", errors=errors) from None


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in location)
