"""Types for those who annotate: what the settings take. The engine, not these types, judges a policy."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Literal, Protocol, TypeAlias, TypedDict

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
# Frameworks each have types of their own for the three; this takes all of them.
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


class PolicyOptions(TypedDict, total=False):
    """The keyword arguments of :class:`corsac.Policy`, described there."""

    allow_origins: Iterable[str | UrlLike]
    allow_origin_regex: str | re.Pattern[str] | Iterable[str | re.Pattern[str]]
    allow_origin: OriginPredicate | None
    allow_methods: Iterable[str]
    allow_headers: Iterable[str]
    allow_credentials: bool
    expose_headers: Iterable[str]
    max_age: int | Literal[False] | None
    preflight_status: Literal[200, 204]
    preflight_continue: bool
    allow_private_network: bool
    keep_app_headers: bool
    dangerously_allow: Iterable[str]
    protection: Mapping[str, object]
    routes: Iterable[Mapping[str, object]]
    dialect: Literal["corsac"]
