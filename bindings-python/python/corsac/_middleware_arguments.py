"""The arguments that the middleware of ASGI and WSGI have in common."""

from __future__ import annotations

from corsac._corsac import Policy
from corsac._reloadable import Reloadable

TYPE_CHECKING = False  # explained in corsac/__init__.py
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from corsac._types import PolicyOptions

    _Hook = TypeVar("_Hook", bound=Callable[..., object])


def policy_or_settings(policy: Policy | Reloadable | None, settings: PolicyOptions) -> Policy | Reloadable:
    """The policy that is given, or one that is built from the settings.

    Raises:
        ConfigError: the settings are refused.
        TypeError: both are given, or ``policy`` is of another type.
    """
    if policy is None:
        return Policy(**settings)
    if not isinstance(policy, (Policy, Reloadable)):
        raise TypeError(f"policy must be a corsac.Policy or a corsac.Reloadable, not {type(policy).__name__}")
    if settings:
        raise TypeError(f"give either policy= or settings, not both: {', '.join(sorted(settings))}")
    return policy


def checked_hook(on_decision: _Hook | None) -> _Hook | None:
    """The hook itself.

    Raises:
        TypeError: it cannot be called, or is async.
    """
    if on_decision is None:
        return None
    import inspect

    method = getattr(on_decision, "__call__", None)  # noqa: B004  # of an object, its method
    if method is None or inspect.iscoroutinefunction(on_decision) or inspect.iscoroutinefunction(method):
        raise TypeError("on_decision must be a function that is not async: it is called while the request waits")
    return on_decision
