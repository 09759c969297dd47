from collections.abc import Awaitable, Callable, Iterable, Mapping
from os import PathLike
from typing import Any, AnyStr, Literal, Self, TypeAlias, Unpack, final

from typing_extensions import disjoint_base

from corsac._debug import AsgiDebugger, FrameworkDebugger, WsgiDebugger
from corsac._explain import Exchange, Explanation
from corsac._types import ASGIApp, OriginPredicate, PolicyOptions, Receive, Scope, Send, WSGIApp

__all__ = [
    "FINDING_CODES",
    "AsgiMiddleware",
    "BrowserSession",
    "ConfigError",
    "Decision",
    "FrameworkDecider",
    "Issue",
    "PendingDecision",
    "Policy",
    "PolicyFile",
    "PredicateCache",
    "RequestDecision",
    "SwappablePolicy",
    "WsgiMiddleware",
    "__version__",
    "explain_exchange",
    "is_debug_requested",
    "merge_vary",
]

__version__: str
FINDING_CODES: frozenset[str]

_Text: TypeAlias = str | bytes | bytearray

@disjoint_base
class AsgiMiddleware:
    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self: ...
    def _setup(
        self,
        app: ASGIApp,
        policy: Policy | SwappablePolicy,
        observers: tuple[Callable[[Decision, Scope], object] | None, AsgiDebugger | None],
        respond: Callable[..., Awaitable[None]],
        deny: Callable[..., Awaitable[None]],
        await_predicate: Callable[..., Awaitable[None]],
    ) -> None: ...
    def _replace(self, replacement: ASGIApp) -> None: ...
    def _resume(
        self, policy: Policy, scope: Scope, receive: Receive, send: Send, predicate_answer: object
    ) -> Awaitable[None]: ...
    def _report_failure(self, policy: Policy, scope: Scope) -> None: ...
    @property
    def app(self) -> ASGIApp: ...
    @property
    def policy(self) -> Policy: ...
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...

@disjoint_base
class WsgiMiddleware:
    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self: ...
    def _setup(
        self,
        app: WSGIApp,
        policy: Policy | SwappablePolicy,
        observers: tuple[Callable[[Decision, dict[str, Any]], object] | None, WsgiDebugger | None],
        respond: Callable[..., list[bytes]],
        on_exception: tuple[Callable[..., list[bytes]], Callable[..., Iterable[bytes]]],
    ) -> None: ...
    @property
    def app(self) -> WSGIApp: ...
    @property
    def policy(self) -> Policy: ...
    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]: ...

@final
class FrameworkDecider:
    def __new__(
        cls,
        policy: Policy | SwappablePolicy,
        observers: tuple[Callable[[Decision, Any], object] | None, FrameworkDebugger | None],
    ) -> FrameworkDecider: ...
    @property
    def policy(self) -> Policy: ...
    @property
    def judges_handshakes(self) -> bool: ...
    @property
    def allows_credentials(self) -> bool: ...
    def decide_environ(self, environ: dict[str, Any], framework_request: Any) -> RequestDecision | PendingDecision: ...
    def decide_scope(self, scope: Mapping[str, Any], framework_request: Any) -> RequestDecision | PendingDecision: ...
    def resume_environ(
        self,
        pending: PendingDecision,
        environ: dict[str, Any],
        framework_request: Any,
        predicate_answer: object,
        error: BaseException | None,
    ) -> RequestDecision: ...
    def resume_scope(
        self,
        pending: PendingDecision,
        scope: Mapping[str, Any],
        framework_request: Any,
        predicate_answer: object,
        error: BaseException | None,
    ) -> RequestDecision: ...
    def decide_replaced_response(self, scope: Mapping[str, Any]) -> RequestDecision: ...
    def objects_to_writes_from(self, origin: str) -> bool: ...

@final
class RequestDecision:
    @property
    def responds(self) -> bool: ...
    @property
    def status(self) -> int | None: ...
    @property
    def body(self) -> bytes: ...
    @property
    def error(self) -> BaseException | None: ...
    def apply(self, status: int, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]: ...

@final
class PendingDecision:
    @property
    def awaitable(self) -> Awaitable[object]: ...

@final
class BrowserSession:
    @staticmethod
    def start(exchange: bytes) -> tuple[BrowserSession | None, str, list[tuple[str, str, str]]]: ...
    def next_request(self) -> str | None: ...
    def respond(self, answer: bytes) -> str | None: ...
    def explain(self, policy: Policy | None) -> tuple[str, str, bool, bool]: ...

class ConfigError(ValueError):
    issues: tuple[Issue, ...]

@final
class Issue:
    def __new__(
        cls,
        *,
        code: str,
        severity: Literal["error", "lint"],
        field: str,
        value: str,
        message: str,
        help: str,
        line: int | None = None,
    ) -> Issue: ...
    @property
    def code(self) -> str: ...
    @property
    def severity(self) -> Literal["error", "lint"]: ...
    @property
    def field(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def help(self) -> str: ...
    @property
    def line(self) -> int | None: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]: ...

@final
class Decision:
    @property
    def action(self) -> Literal["continue", "respond"]: ...
    @property
    def status(self) -> int | None: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def reported(self) -> str | None: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Policy:
    def __new__(cls, **settings: Unpack[PolicyOptions]) -> Policy: ...
    @staticmethod
    def from_json(
        text: _Text,
        *,
        allow_origin: OriginPredicate | None = None,
        predicate_timeout: float | None = None,
        predicate_cache: PredicateCache | None = None,
    ) -> Policy: ...
    @staticmethod
    def from_toml(
        text: _Text,
        *,
        allow_origin: OriginPredicate | None = None,
        predicate_timeout: float | None = None,
        predicate_cache: PredicateCache | None = None,
    ) -> Policy: ...
    @staticmethod
    def from_file(
        path: str | PathLike[str],
        *,
        allow_origin: OriginPredicate | None = None,
        predicate_timeout: float | None = None,
        predicate_cache: PredicateCache | None = None,
    ) -> Policy: ...
    def evaluate(
        self,
        method: _Text,
        headers: Iterable[tuple[_Text, _Text] | list[_Text] | list[str] | list[bytes]] | Mapping[str, _Text],
        path: _Text | None = None,
        *,
        path_decoded: bool = False,
        secure: bool = False,
        websocket: bool = False,
    ) -> Decision: ...
    def explain(self, exchange: Exchange | Mapping[str, object] | _Text) -> Explanation: ...
    @property
    def lints(self) -> tuple[Issue, ...]: ...

@final
class PredicateCache:
    def __new__(cls, *, size: int, ttl: float) -> PredicateCache: ...
    def clear(self) -> None: ...

@disjoint_base
class SwappablePolicy:
    def __new__(cls, policy: Policy) -> Self: ...
    @property
    def policy(self) -> Policy: ...
    def swap(self, policy: Policy) -> Policy: ...

@final
class PolicyFile:
    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        allow_origin: OriginPredicate | None,
        predicate_timeout: float | None,
        predicate_cache: PredicateCache | None,
    ) -> tuple[PolicyFile, Policy]: ...
    def reload(self) -> Policy: ...
    def reload_if_changed(self) -> Policy | None: ...

def merge_vary(values: Iterable[AnyStr], vary: AnyStr) -> AnyStr: ...
def is_debug_requested(setting: bool | None) -> bool: ...
def explain_exchange(exchange: bytes, policy: Policy | None) -> tuple[str, str, list[tuple[str, str, str]]]: ...
