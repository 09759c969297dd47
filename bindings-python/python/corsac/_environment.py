"""Settings from environment variables."""

from __future__ import annotations

import os

import corsac._annotations as t

TYPE_CHECKING = False  # explained in corsac/__init__.py
if TYPE_CHECKING:
    from collections.abc import Callable

_SWITCHES = {"true": True, "false": False, "yes": True, "no": False, "on": True, "off": False, "1": True, "0": False}


def settings_from_env(environ: t.Mapping[str, str] | None = None, *, prefix: str = "CORSAC_") -> t.PolicyOptions:
    """Read the settings of a policy from environment variables: ``CORSAC_ALLOW_ORIGINS`` and so on.

    A list is a JSON array or is separated by commas. A switch is ``true`` or ``false`` (``yes``, ``no``, ``on``,
    ``off``, ``1``, ``0``). Tables are JSON. A value that cannot be read in this way stays a str, and the policy refuses
    it and says why. The policy also refuses a variable that does not name a setting.

    Args:
        environ (Mapping[str, str]): the variables; default ``os.environ``.
        prefix (str): the beginning of the variables' names.

    Returns:
        PolicyOptions: the keyword arguments for a policy or a middleware, as in
        ``CORSMiddleware(app, **settings_from_env())``.

        >>> settings_from_env({"CORSAC_ALLOW_ORIGINS": "https://a.example, https://b.example", "CORSAC_MAX_AGE": "60"})
        {'allow_origins': ['https://a.example', 'https://b.example'], 'max_age': 60}
    """
    from typing import cast, get_type_hints

    from corsac._types import PolicyOptions

    variables = os.environ if environ is None else environ
    hints = get_type_hints(PolicyOptions)
    settings: dict[str, object] = {}
    for name, value in variables.items():
        if name.startswith(prefix):
            key = name.removeprefix(prefix).lower()
            settings[key] = _reader(hints.get(key))(value.strip())
    return cast("PolicyOptions", settings)


def _reader(hint: object) -> Callable[[str], object]:
    """The function that reads the value of a setting of this type."""
    from collections.abc import Iterable
    from typing import get_args, get_origin

    kind, arguments = get_origin(hint), get_args(hint)
    if hint is bool:
        return lambda value: _SWITCHES.get(value.lower(), value)
    if kind is Iterable and str in (arguments[0], *get_args(arguments[0])):
        return _list
    if int in arguments or any(isinstance(argument, int) for argument in arguments):
        return lambda value: _number(value, int)
    if float in arguments:
        return lambda value: _number(value, float)
    return _json


def _list(value: str) -> object:
    read = _json(value)
    return read if read is not value else [item.strip() for item in value.split(",") if item.strip()]


def _number(value: str, kind: type[int] | type[float]) -> object:
    try:
        return kind(value)
    except ValueError:
        return False if value.lower() in ("false", "none", "off", "no") else value


def _json(value: str) -> object:
    """The JSON array or object, or else the value itself."""
    if not value.startswith(("[", "{")):
        return value
    import json

    try:
        return json.loads(value)
    except ValueError:
        return value
