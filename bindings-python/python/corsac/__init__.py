"""One CORS policy, with the same result on every stack.

A :class:`Policy` is built once, from keyword arguments or from a JSON or TOML text or file. If anything in it is
wrong, :class:`ConfigError` is raised, which lists every :class:`Issue` with its fix. The policy then decides on
requests; a :class:`Decision` says what to do.

    >>> import corsac
    >>> policy = corsac.Policy(allow_origins=["https://app.example.com"])
    >>> decision = policy.evaluate("GET", [("Origin", "https://app.example.com")])
    >>> decision.headers
    [('access-control-allow-origin', 'https://app.example.com'), ('vary', 'Origin')]
"""

from typing import TYPE_CHECKING

from corsac._asgi import CORSMiddleware
from corsac._corsac import (
    ConfigError,
    Decision,
    Issue,
    Policy,
    PredicateCache,
    __version__,
    merge_vary,
)
from corsac._environment import settings_from_env
from corsac._install import install
from corsac._reloadable import Reloadable
from corsac._types import LiftedCheck, OriginPredicate, PolicyOptions, ProtectionOptions, RouteOptions, UrlLike

if TYPE_CHECKING:
    from corsac._explain import Exchange, ExchangeError, ExchangeProblem, Explanation, diagnose

__all__ = [
    "CORSMiddleware",
    "ConfigError",
    "Decision",
    "Exchange",
    "ExchangeError",
    "ExchangeProblem",
    "Explanation",
    "Issue",
    "LiftedCheck",
    "OriginPredicate",
    "Policy",
    "PolicyOptions",
    "PredicateCache",
    "ProtectionOptions",
    "Reloadable",
    "RouteOptions",
    "UrlLike",
    "__version__",
    "diagnose",
    "install",
    "merge_vary",
    "settings_from_env",
]


def __getattr__(name: str) -> object:
    """Import what explains exchanges at its first use: the import takes long, and most programs do not need it."""
    # Python calls this only for names that are not bound above. Those of `__all__` are in `_explain`.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from corsac import _explain

    return getattr(_explain, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
