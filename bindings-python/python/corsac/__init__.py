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
from corsac._explain import Exchange, ExchangeError, ExchangeProblem, Explanation, diagnose
from corsac._install import install
from corsac._reloadable import Reloadable
from corsac._types import LiftedCheck, OriginPredicate, PolicyOptions, ProtectionOptions, RouteOptions, UrlLike

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
