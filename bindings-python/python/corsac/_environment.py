"""Settings from environment variables."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import cast, get_args, get_origin, get_type_hints

from corsac._types import PolicyOptions

_SWITCHES = {"true": True, "false": False, "yes": True, "no": False, "on": True, "off": False, "1": True, "0": False}


def settings_from_env(environ: Mapping[str, str] | None = None, *, prefix: str = "CORSAC_") -> PolicyOptions:
    """Read the settings of a policy from environment variables: ``CORSAC_ALLOW_ORIGINS`` and so on.

    A list is a JSON array or separated by commas, a switch is ``true`` or ``false`` (``yes``, ``no``, ``on``, ``off``,
    ``1``, ``0``), tables are JSON. What cannot be read so stays text, and the policy refuses it with its reason, as it
    does a variable that names no setting.

    Args:
        environ: the variables; default ``os.environ``.
        prefix: what the names begin with.

    Returns:
        The keyword arguments for a policy or a middleware: ``CORSMiddleware(app, **settings_from_env())``.

        >>> settings_from_env({"CORSAC_ALLOW_ORIGINS": "https://a.example, https://b.example", "CORSAC_MAX_AGE": "60"})
        {'allow_origins': ['https://a.example', 'https://b.example'], 'max_age': 60}
    """
    variables = os.environ if environ is None else environ
    hints = get_type_hints(PolicyOptions)
    settings: dict[str, object] = {}
    for name, text in variables.items():
        if name.startswith(prefix):
            key = name.removeprefix(prefix).lower()
            settings[key] = _reader(hints.get(key))(text.strip())
    return cast("PolicyOptions", settings)


def _reader(hint: object) -> Callable[[str], object]:
    """How the text of a setting of this type is read."""
    kind, parts = get_origin(hint), get_args(hint)
    if hint is bool:
        return lambda text: _SWITCHES.get(text.lower(), text)
    if kind is Iterable and str in (parts[0], *get_args(parts[0])):
        return _list
    if int in parts or any(isinstance(part, int) for part in parts):
        return lambda text: _number(text, int)
    if float in parts:
        return lambda text: _number(text, float)
    return _table


def _list(text: str) -> object:
    listed = _table(text)
    return listed if listed is not text else [item.strip() for item in text.split(",") if item.strip()]


def _number(text: str, kind: type[int] | type[float]) -> object:
    try:
        return kind(text)
    except ValueError:
        return False if text.lower() in ("false", "none", "off", "no") else text


def _table(text: str) -> object:
    """JSON where it is an array or an object, else the text itself."""
    if not text.startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
