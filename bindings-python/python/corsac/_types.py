"""Types for annotations of settings. The engine, and not these types, decides which policies are valid."""

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Literal, Protocol, Required, TypeAlias, TypedDict

from corsac._corsac import PredicateCache

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
# Each framework has its own types for these three. These definitions accept all of them.
ASGIApp: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]
StartResponse: TypeAlias = Callable[..., Any]
WSGIApp: TypeAlias = Callable[[Any, Any], Iterable[bytes]]


class UrlLike(Protocol):
    """A URL object, such as pydantic's ``AnyUrl`` or ``yarl.URL``: its text is ``str(url)``."""

    @property
    def scheme(self) -> str | None:
        """The scheme without its colon."""

    @property
    def host(self) -> str | None:
        """The host name or address."""


OriginPredicate: TypeAlias = (
    Callable[[str], bool]
    | Callable[[str], Awaitable[bool]]
    | Callable[[str, Any], bool]
    | Callable[[str, Any], Awaitable[bool]]
)


class StarletteLike(Protocol):
    """The part of Starlette's application class that is needed."""

    middleware_stack: ASGIApp | None

    @property
    def build_middleware_stack(self) -> Callable[[], ASGIApp]:
        """Build the middleware that the application calls, once: when it starts, or at its first request."""
        ...  # type checkers want a body


class LiftedCheck(TypedDict):
    """A check that is switched off for some origins."""

    check: str
    """The name of the check."""
    origins: Iterable[str | UrlLike]
    """The patterns and regexes, each as it is written in its list."""


class ProtectionOptions(TypedDict, total=False):
    """The requests that are refused on the server."""

    # begin generated: settings of protection
    writes: Literal["reject", "off"]
    websockets: Literal["reject", "off"]
    trusted_origins: Iterable[str | UrlLike]
    report_only: bool
    # end generated: settings of protection


class _SharedOptions(TypedDict, total=False):
    """The settings of a whole policy that a route may override."""

    # begin generated: settings of both
    allow_origins: Iterable[str | UrlLike]
    allow_origin_regex: str | re.Pattern[str] | Iterable[str | re.Pattern[str]]
    allow_methods: Iterable[str]
    allow_headers: Iterable[str]
    allow_credentials: bool
    expose_headers: Iterable[str]
    max_age: int | Literal[False] | None
    preflight_status: Literal[200, 204]
    preflight_continue: bool
    allow_private_network: bool
    keep_app_headers: bool
    dangerously_allow: Iterable[str | LiftedCheck]
    protection: ProtectionOptions
    # end generated: settings of both


class RouteOptions(_SharedOptions, total=False):
    """A route: its path, and the settings that differ there."""

    # begin generated: settings of a route
    path: Required[str]
    # end generated: settings of a route
    allow_origin: OriginPredicate


class PolicyOptions(_SharedOptions, total=False):
    """The keyword arguments of :class:`corsac.Policy`, which describes them."""

    allow_origin: OriginPredicate | None
    predicate_timeout: float | None
    predicate_cache: PredicateCache | None
    # begin generated: settings of a policy
    routes: Iterable[RouteOptions]
    dialect: Literal["corsac"]
    # end generated: settings of a policy
