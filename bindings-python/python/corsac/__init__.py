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
from corsac._install import install
from corsac._reloadable import Reloadable

# Type checkers take this name as true, in every module. Importing `typing` takes several times as long as everything
# else here, so the modules that `import corsac` loads do not import it, or other slow modules, at once. Names for
# annotations are imported under `if TYPE_CHECKING`, and functions import the slow modules that they need when they run.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from corsac._explain import Exchange, ExchangeError, ExchangeProblem, Explanation, diagnose
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

_TYPES = ("LiftedCheck", "OriginPredicate", "PolicyOptions", "ProtectionOptions", "RouteOptions", "UrlLike")


def __getattr__(name: str) -> object:
    """Import the types, and what explains exchanges, at their first use: most programs do not need them."""
    # Python calls this only for names that are not bound above. Those of `__all__` are in one of two modules.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _TYPES:
        from corsac import _types

        return getattr(_types, name)
    from corsac import _explain

    return getattr(_explain, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
