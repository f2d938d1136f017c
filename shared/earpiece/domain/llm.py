"""What an account may ask of language models: upstreams, named models with their routes, limits and budgets.

Part of the account's settings: written once, activated by the pointer, so a change takes effect without a restart.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit

from earpiece.domain.errors import InvalidInput
from earpiece.domain.prices import Price, valid_prices

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}")
_PURPOSE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_KEY_ID = re.compile(r"[0-9A-Za-z]{8}")
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
MOST_BUDGET_USD = 1_000_000_000
_LOCAL = ("127.0.0.1", "localhost", "::1")
# What becomes part of an address: a directory of Entra (its id or one of its domains), an application of it, Azure's
# `api-version`, a deployment. A provider's model only stands in bodies and headers.
_TENANT = re.compile(r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]|\.(?=[A-Za-z0-9]))*")
_CLIENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}")
_API_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
_DEPLOYMENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-])){0,99}")
_MODEL = re.compile(r"[\x21-\x7e]{1,200}")
_PLAIN: dict[str, tuple[type, ...]] = {"str": (str,), "bool": (bool,), "int": (int,), "float": (int, float)}


class UpstreamKind(StrEnum):
    OPENAI = "openai"
    AZURE = "azure"  # deployments in the path, an api-version, `api-key` or an Entra token
    COMPATIBLE = "compatible"  # vLLM, Ollama, Vertex's OpenAI surface


class Order(StrEnum):
    LISTED = "listed"  # the first that is well
    WEIGHTED = "weighted"  # by chance, by weight; the others follow when it fails


@dataclass(frozen=True, slots=True)
class Upstream:
    """A provider's endpoint with the account's own key, which is a secret of its integrations (`llm-<name>`).

    `base_url` is what comes before `/chat/completions`; for Azure what comes before `/openai`. With `client_id` the
    key is the secret of Entra client credentials. `first_token_s` is the longest wait for the first piece of a streamed
    answer, `quiet_s` the longest silence between two, and `whole_answer_s` the longest wait for one in one piece.
    """

    name: str
    kind: UpstreamKind
    base_url: str
    region: str = ""
    api_version: str = "2024-10-21"
    tenant_id: str = ""
    client_id: str = ""
    connect_s: float = 2.0
    first_token_s: float = 15.0
    quiet_s: float = 10.0
    whole_answer_s: float = 60.0
    requests_per_minute: int = 0  # 0: as many as the provider takes
    tokens_per_minute: int = 0


@dataclass(frozen=True, slots=True)
class Route:
    """One way to serve a named model: the provider's model, or the deployment, at an upstream.

    `most_output_tokens` is what an answer may have whose caller sets no bound: so much is reserved of a budget.
    """

    upstream: str
    model: str
    weight: float = 1.0
    context_tokens: int = 0  # 0: not known
    most_output_tokens: int = 0  # 0: not known


@dataclass(frozen=True, slots=True)
class NamedModel:
    """What the account's callers name in `model`. `region` pins it: no route elsewhere is ever taken.

    `hedge_after_s` asks the next route as well when the first token of a stream takes longer; 0 never. `cache_s` keeps
    whole answers to identical calls of the account.
    """

    name: str
    routes: tuple[Route, ...]
    order: Order = Order.LISTED
    region: str = ""
    hedge_after_s: float = 0.0
    cache_s: int = 0
    passes_refusals: bool = False  # what one provider's safety filter refused may go to the next


@dataclass(frozen=True, slots=True)
class Quota:
    """What one API key, or one purpose, may use of what the account may; 0 bounds nothing.

    The purpose of a call is what its caller says it is: an assistant's code, or a name of the account's own tool.
    """

    key_id: str = ""
    purpose: str = ""
    daily_budget_usd: float = 0.0
    monthly_budget_usd: float = 0.0
    requests_per_minute: int = 0
    tokens_per_minute: int = 0


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """All of an account. Budgets in USD a day and a month (UTC); 0 is none. `prices` come before those we ship.

    `requests_per_minute` and `tokens_per_minute` are those of each key that has no quota of its own.
    """

    upstreams: tuple[Upstream, ...] = ()
    models: tuple[NamedModel, ...] = ()
    prices: tuple[Price, ...] = ()
    quotas: tuple[Quota, ...] = ()
    daily_budget_usd: float = 0.0
    monthly_budget_usd: float = 0.0
    alert_share: float = 0.8
    requests_per_minute: int = 600
    tokens_per_minute: int = 1_000_000
    masks_personal_data: bool = True
    tool_hosts: tuple[str, ...] = ()  # where tools that the provider itself calls (MCP servers) may be

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Raises InvalidInput that names what is wrong; fields that this code does not know are passed over."""
        try:
            plain = _known(cls, body)
            return cls(
                **{
                    **plain,
                    "upstreams": tuple(_upstream(one) for one in body.get("upstreams", ())),
                    "models": tuple(_model(one) for one in body.get("models", ())),
                    "prices": tuple(Price.from_json(one) for one in body.get("prices", ())),
                    "tool_hosts": tuple(str(one) for one in body.get("tool_hosts", ())),
                    "quotas": tuple(Quota(**_known(Quota, one)) for one in body.get("quotas", ())),
                }
            ).checked()
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise InvalidInput(f"the language model settings cannot be read: {error}") from error

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "prices": [price.to_json() for price in self.prices]}

    def checked(self) -> Self:
        """The same settings; raises InvalidInput when a part names another that is not there, or cannot be meant."""
        _unique("upstream", (one.name for one in self.upstreams))
        _unique("model", (one.name for one in self.models))
        for upstream in self.upstreams:
            _check_address(upstream)
            _check_azure(upstream)
        known = {one.name: one for one in self.upstreams}
        for model in self.models:
            _check_model(model, known)
        valid_prices(self.prices)
        _check_quotas(self.quotas)
        _check_hosts(self.tool_hosts)
        bounded: tuple[Self | Quota, ...] = (self, *self.quotas)
        for one in bounded:
            if min(one.daily_budget_usd, one.monthly_budget_usd, one.requests_per_minute, one.tokens_per_minute) < 0:
                raise InvalidInput("a budget or limit is negative; 0 means none")
            if max(one.daily_budget_usd, one.monthly_budget_usd) > MOST_BUDGET_USD:
                raise InvalidInput(f"a budget is above {MOST_BUDGET_USD:,} USD; 0 means none")
        return self

    def quota_of_key(self, key_id: str) -> Quota:
        """Its own, or what every key has."""
        own = next((one for one in self.quotas if one.key_id == key_id), None)
        return own or Quota(
            key_id, requests_per_minute=self.requests_per_minute, tokens_per_minute=self.tokens_per_minute
        )

    def quota_of_purpose(self, purpose: str) -> Quota | None:
        return next((one for one in self.quotas if purpose and one.purpose == purpose), None)

    def model(self, name: str) -> NamedModel | None:
        return next((one for one in self.models if one.name == name), None)

    def upstream(self, name: str) -> Upstream:
        return next(one for one in self.upstreams if one.name == name)


def is_purpose(name: str) -> bool:
    return bool(_PURPOSE.fullmatch(name))


def secret_name(upstream: str) -> str:
    """Under which the account's integrations keep the upstream's key."""
    return f"llm-{upstream}"


def _check_hosts(hosts: tuple[str, ...]) -> None:
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise InvalidInput(f"{host!r} is no host for tools: a name such as mcp.example.com, no address or path")


def _check_quotas(quotas: tuple[Quota, ...]) -> None:
    for one in quotas:
        if bool(one.key_id) == bool(one.purpose):
            raise InvalidInput("a quota is for a key_id or for a purpose: give one of them")
        if one.purpose and not is_purpose(one.purpose):
            raise InvalidInput(f"{one.purpose!r} is no purpose: lower case letters, digits, - and _, 40 at most")
        if one.key_id and not _KEY_ID.fullmatch(one.key_id):
            raise InvalidInput(f"{one.key_id!r} is no key's id: the eight characters after ep_live_")
    for of, count in Counter((one.key_id, one.purpose) for one in quotas).items():
        if count > 1:
            raise InvalidInput(f"there are {count} quotas for {of[0] or of[1]}")


def _unique(what: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if not _NAME.fullmatch(name):
            raise InvalidInput(f"{name!r} cannot name a {what}: letters, digits and . _ : / - only, 100 at most")
        if count > 1:
            raise InvalidInput(f"the {what} {name} is there {count} times")


def _check_address(upstream: Upstream) -> None:
    parts = urlsplit(upstream.base_url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
        raise InvalidInput(f"the upstream {upstream.name} must have an https address, not {upstream.base_url!r}")
    if parts.username or parts.query or parts.fragment:
        raise InvalidInput(f"the address of the upstream {upstream.name} holds more than host and path")
    if min(upstream.connect_s, upstream.first_token_s, upstream.quiet_s, upstream.whole_answer_s) <= 0:
        raise InvalidInput(f"the upstream {upstream.name} has a time limit that is not above 0")
    if min(upstream.requests_per_minute, upstream.tokens_per_minute) < 0:
        raise InvalidInput(f"the upstream {upstream.name} has a negative limit; 0 means none")


def _check_azure(upstream: Upstream) -> None:
    """What an account says of Azure and Entra goes into addresses, so it must be what it says it is."""
    if bool(upstream.client_id) != bool(upstream.tenant_id):
        raise InvalidInput(f"the upstream {upstream.name} must have both a tenant_id and a client_id, or neither")
    told = (("tenant_id", _TENANT), ("client_id", _CLIENT))
    for name, shape in told if upstream.client_id else ():
        if not shape.fullmatch(getattr(upstream, name)):
            raise InvalidInput(f"the upstream {upstream.name} has a {name} that is none: letters, digits, - and .")
    if not _API_VERSION.fullmatch(upstream.api_version):
        raise InvalidInput(f"the upstream {upstream.name} has no api_version such as 2024-10-21")


def _check_model(model: NamedModel, known: Mapping[str, Upstream]) -> None:
    if not model.routes:
        raise InvalidInput(f"the model {model.name} has no route")
    for route in model.routes:
        upstream = known.get(route.upstream)
        if upstream is None:
            raise InvalidInput(f"the model {model.name} names the upstream {route.upstream}, which is not there")
        if model.region and upstream.region != model.region:
            raise InvalidInput(f"the model {model.name} is pinned to {model.region}; {route.upstream} is elsewhere")
        if route.weight <= 0:
            raise InvalidInput(f"the model {model.name} has a route whose weight is not above 0")
        if min(route.context_tokens, route.most_output_tokens) < 0:
            raise InvalidInput(f"the model {model.name} has a route with negative tokens; 0 means not known")
        shape = _DEPLOYMENT if upstream.kind is UpstreamKind.AZURE else _MODEL
        if not shape.fullmatch(route.model):
            raise InvalidInput(f"{route.model!r} is no name that a model has at {route.upstream}")
    if model.hedge_after_s < 0 or model.cache_s < 0:
        raise InvalidInput(f"the model {model.name} has a negative hedge_after_s or cache_s; 0 means never")


def _known(kind: type[Any], body: Mapping[str, Any]) -> dict[str, Any]:
    types = {one.name: str(one.type) for one in fields(kind)}
    return {name: _plain(name, value, types[name]) for name, value in body.items() if name in types}


def _plain(name: str, value: Any, told: str) -> Any:
    """The value if it is of the type that is told; a word in place of a yes or no must not switch anything."""
    wanted = _PLAIN.get(told)
    if wanted is None:
        return value
    is_right = isinstance(value, wanted) and isinstance(value, bool) == (told == "bool")
    if not is_right or (isinstance(value, float) and not math.isfinite(value)):
        raise InvalidInput(f"{name} is {value!r}, which is no {_TOLD[told]}")
    return value


_TOLD = {"str": "text", "bool": "true or false", "int": "whole number", "float": "number"}


def _upstream(body: Mapping[str, Any]) -> Upstream:
    return Upstream(**{**_known(Upstream, body), "kind": UpstreamKind(body["kind"])})


def _model(body: Mapping[str, Any]) -> NamedModel:
    routes = tuple(Route(**_known(Route, one)) for one in body.get("routes", ()))
    return NamedModel(**{**_known(NamedModel, body), "routes": routes, "order": Order(body.get("order", "listed"))})
