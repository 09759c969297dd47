"""How a browser handles a request and its responses: `diagnose`, and the types of exchanges and explanations.

The engine reads the exchange and writes the explanation, both as JSON. This module converts them to and from objects.
The schemas are `exchange.schema.json` and `explanation.schema.json` next to this file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Required, TypeAlias, TypedDict

from corsac._corsac import BrowserSession, Policy, explain_exchange

Header: TypeAlias = tuple[str, str] | list[str]


class Answer(TypedDict, total=False):
    """A server's response, or why there was none."""

    status: int
    headers: list[Header]
    error: Literal["connection", "timeout", "tls", "dns", "incomplete"]


class Response(Answer, total=False):
    """The response to a request, or to one of its redirects, with the preflight before it."""

    preflight: Answer | None


class ExchangeRequest(TypedDict, total=False):
    """The request that the page's script makes."""

    url: Required[str]
    method: str
    headers: list[Header]
    credentials: Literal["omit", "same-origin", "include"]
    mode: Literal["cors", "no-cors", "same-origin", "navigate"]
    redirect: Literal["follow", "error", "manual"]
    cache: str
    integrity: str
    body: str | dict[str, str]
    upload_listener: bool
    initiator: str


class Earlier(TypedDict):
    """An earlier exchange, whose preflight may still be cached."""

    exchange: "Exchange"
    seconds: float


class Exchange(TypedDict, total=False):
    """A request of a page's script, and the responses of servers to it."""

    version: int
    page: Required[str]
    page_url: str
    request: Required[ExchangeRequest]
    preflight: Answer | None
    response: Response | list[Response] | None
    after: Earlier
    predicate: bool | Literal["failed"]


class Hop(TypedDict):
    """One request on the wire, and its preflight."""

    url: str
    needed: bool
    cached: bool
    because: list[str]
    headers: list[list[str]]


class Preflight(TypedDict):
    """Whether the request needs a preflight, and why."""

    needed: bool
    because: list[str]
    headers: list[list[str]]
    hops: list[Hop]


class Step(TypedDict):
    """One check that the browser makes, with its source in the Fetch standard."""

    name: str
    hop: int
    passed: bool
    source: str
    saw: str


class NearMiss(TypedDict, total=False):
    """A value that the page's origin nearly matched. ``field`` is the setting, or the response header, that has it."""

    what: Required[str]
    configured: Required[str]
    field: Required[str]
    line: int


class PolicyPlace(TypedDict, total=False):
    """The setting of the policy that decides."""

    route: str
    field: Required[str]
    line: int


class Finding(TypedDict, total=False):
    """One thing that is wrong or worth knowing, and how to fix it."""

    code: Required[str]
    severity: Required[Literal["error", "warning", "note"]]
    message: Required[str]
    help: Required[str]
    near: NearMiss
    policy: PolicyPlace


class Engine(TypedDict):
    """The behaviour of one browser engine."""

    version: str
    verdict: str
    preflights: list[Hop]
    readable_headers: list[str]
    dropped_headers: list[str]
    console: list[str]


@dataclass(frozen=True, slots=True)
class ExchangeProblem:
    """One thing that is wrong with an exchange that cannot be read."""

    path: str
    """The path to the problem: ``request.headers[2][0]``; empty for the exchange as a whole."""
    message: str
    """What is wrong."""
    help: str
    """What to write instead."""


class ExchangeError(ValueError):
    """An exchange cannot be read. The message lists every problem and what to write instead."""

    def __init__(self, message: str, problems: tuple[ExchangeProblem, ...] = ()) -> None:
        super().__init__(message, problems)
        self.problems = problems

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """How a browser handles an exchange. ``str(explanation)`` is a page of text for people."""

    version: int
    """The version of this model: 1."""
    verdict: str
    """How the request ends under the Fetch standard, such as ``readable`` or ``blocked``."""
    cross_origin: bool
    """Whether the request, or one that it is redirected to, goes to another origin."""
    preflight: Preflight
    """Whether a preflight is needed, why, and each request on the wire."""
    steps: list[Step]
    """Each check that the browser makes, in its order."""
    readable_headers: list[str]
    """The response headers that the script can read."""
    hidden_headers: list[str]
    """The response headers that the browser received but the script cannot read."""
    dropped_headers: list[str]
    """The request headers that the script tried to set and cannot set."""
    findings: list[Finding]
    """Everything that is wrong or worth knowing, in the order in which it has to be fixed."""
    engines: dict[str, Engine]
    """The behaviour of each browser engine."""
    exchange: Exchange
    """The exchange, without secrets, with the policy's responses filled in."""
    _json: str = field(compare=False)
    _text: str = field(compare=False)

    def to_json(self) -> str:
        """Return the explanation as JSON text."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as a new dict, as its JSON text has it."""
        read: dict[str, Any] = json.loads(self._json)
        return read

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        codes = [finding["code"] for finding in self.findings]
        return f"Explanation(verdict={self.verdict!r}, findings={codes!r})"


def diagnose(exchange: Exchange | Mapping[str, object] | str | bytes) -> Explanation:
    """Explain how a browser handles a request and the responses that any server gave.

    Args:
        exchange: the request of the page's script and the servers' responses: a mapping with the keys of
            :class:`Exchange`, or its JSON text. Names of keys may also be in camelCase.

    Returns:
        The verdict, what is wrong and how to fix it, and what browsers print.

    Raises:
        ExchangeError: the exchange cannot be read; the message lists every problem and what to write instead.
        TypeError: the exchange is not a mapping, str or bytes, or a value in it cannot be written as JSON.

    Source: docs/specification.md, sections 8 and 9.

        >>> exchange = {"page": "https://app.example.com", "request": {"url": "https://api.example.com/"}}
        >>> exchange["response"] = {"status": 200, "headers": []}
        >>> diagnose(exchange)
        Explanation(verdict='sent-but-unreadable', findings=['allow-origin-missing'])
    """
    return explanation_of(exchange, None)


def explanation_of(exchange: object, policy: Policy | None) -> Explanation:
    """Explain an exchange, with a policy if there is one."""
    found, text, problems = explain_exchange(_json_text(exchange), policy)
    if problems:
        raise _error(text, problems)
    return explanation_of_json(found, text)


def explanation_of_json(found: str, text: str) -> Explanation:
    """Make an explanation from the engine's JSON and its text for people."""
    return Explanation(**json.loads(found), _json=found, _text=text)


def start_session(exchange: object) -> BrowserSession:
    """Start a simulated browser that makes the request of an exchange.

    Raises:
        ExchangeError: the exchange cannot be read.
    """
    session, text, problems = BrowserSession.start(_json_text(exchange))
    if session is None:
        raise _error(text, problems)
    return session


def _error(text: str, problems: list[tuple[str, str, str]]) -> ExchangeError:
    return ExchangeError(text, tuple(ExchangeProblem(*problem) for problem in problems))


def _json_text(exchange: object) -> bytes:
    if isinstance(exchange, bytes | bytearray):
        return bytes(exchange)
    if isinstance(exchange, str):
        # The engine reports a lone surrogate as an error, and says what to write instead.
        return exchange.encode("utf-8", "surrogatepass")
    if not isinstance(exchange, Mapping):
        message = f"an exchange is a mapping, str or bytes, not {type(exchange).__name__}"
        raise TypeError(message)
    return json.dumps(exchange, default=_plain).encode()


def _plain(value: object) -> object:
    if isinstance(value, bytes | bytearray):
        # A header is Latin-1: one character for each byte.
        return value.decode("latin-1")
    if isinstance(value, Mapping):
        return dict(value)
    message = f"{type(value).__name__} is not a type of JSON"
    raise TypeError(message)
