"""The setting ``CORSAC``: a dict with the arguments of the middleware."""

import os
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from corsac._corsac import Policy
from corsac._debug import is_requested
from corsac._middleware_arguments import checked_hook, policy_or_settings
from corsac._reloadable import Reloadable

NAME = "CORSAC"
_EXAMPLE = f'{NAME} = {{"allow_origins": ["https://app.example.com"]}}'
_FUNCTION = "allow_origin"


class MiddlewareArguments(NamedTuple):
    """The values in the setting."""

    policy: Policy | Reloadable
    on_decision: Callable[..., object] | None
    debug: bool | None
    watch: float | None
    """The seconds between two checks of the policy's file, or None if it is not watched."""

    def start_watch(self) -> None:
        """Watch the file if the setting says so, and it is not watched already."""
        if self.watch is None or not isinstance(self.policy, Reloadable):
            return
        with _lock:
            if self.policy._watch is None:
                self.policy.watch(self.watch)


_lock = threading.RLock()
# The setting that was read last, and what it says. The checks and the middleware get the same policy, so that its lints
# are logged once.
_read: tuple[object, MiddlewareArguments] | None = None


def read_setting() -> MiddlewareArguments:
    """Build the policy that the setting describes.

    Raises:
        ConfigError: the policy is refused.
        ImproperlyConfigured: the setting is missing, is not a dict, or has arguments that cannot be combined.
        OSError: the policy's file cannot be read.
        ImportError: there is no function or policy of that name.
        TypeError: an argument is of another type.
        ValueError: an argument is out of its range.
    """
    global _read
    given = getattr(settings, NAME, None)
    with _lock:
        if _read is None or _read[0] is not given:
            _read = (given, _arguments(given))
        return _read[1]


def _arguments(given: object) -> MiddlewareArguments:
    if given is None:
        raise ImproperlyConfigured(f"{NAME} is not set: write {_EXAMPLE}")
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(f"{NAME} must be a dict, not {type(given).__name__}: write {_EXAMPLE}")
    rest = _imported(given)
    on_decision, debug, watch = (rest.pop(name, None) for name in ("on_decision", "debug", "watch"))
    file, policy = rest.pop("policy_file", None), rest.pop("policy", None)
    if file is not None and policy is not None:
        raise ImproperlyConfigured(f"{NAME} has both `policy_file` and `policy`: write one of them")
    if file is not None:
        policy = _policy_of_file(file, rest)
        rest = {}
    elif watch is not None:
        raise ImproperlyConfigured(
            f"{NAME} has `watch`, but there is no `policy_file` to watch: write its path as `policy_file`"
        )
    if watch is not None and not _is_interval(watch):
        raise ImproperlyConfigured(
            f"`watch` in {NAME} must be a number of seconds that is more than 0 and no longer than a thread can wait, "
            f"but it is {watch!r}"
        )
    hook, _ = checked_hook(on_decision), is_requested(debug)
    return MiddlewareArguments(policy_or_settings(policy, cast("Any", rest)), hook, debug, watch)


def _is_interval(watch: object) -> bool:
    is_number = isinstance(watch, (int, float)) and not isinstance(watch, bool)
    return is_number and 0 < cast("float", watch) < threading.TIMEOUT_MAX


def _policy_of_file(file: object, rest: dict[str, Any]) -> Reloadable:
    if not isinstance(file, (str, os.PathLike)):
        raise ImproperlyConfigured(f"`policy_file` in {NAME} must be a path, not {type(file).__name__}")
    functions = {_FUNCTION, "predicate_timeout", "predicate_cache"}
    if others := sorted(set(rest) - functions):
        raise ImproperlyConfigured(
            f"{NAME} has both `policy_file` and `{others[0]}`: write `{others[0]}` into the file"
        )
    return Reloadable.from_file(file, **rest)


def _imported(given: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the setting, in which functions and policies that are named by their dotted paths are imported.

    Settings cannot import models or anything else that needs the settings.
    """
    arguments = {
        name: _import(value) if name in ("policy", "on_decision", _FUNCTION) else value for name, value in given.items()
    }
    routes = arguments.get("routes")
    if isinstance(routes, (list, tuple)):
        arguments["routes"] = [_imported(route) if isinstance(route, Mapping) else route for route in routes]
    return arguments


def _import(value: object) -> object:
    return import_string(value) if isinstance(value, str) else value
