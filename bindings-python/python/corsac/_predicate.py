"""What can be told of an origin predicate before it is asked."""

import inspect
from collections.abc import Callable

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def arguments(function: Callable[..., object]) -> int:
    """How many arguments the function is asked with: 1, or 2 where it requires the request too.

    Raises:
        TypeError: it can take neither.
    """
    try:
        signature = inspect.signature(function)
    except ValueError:  # some builtins do not tell
        return 1
    required = [
        parameter
        for parameter in signature.parameters.values()
        if parameter.kind in _POSITIONAL and parameter.default is inspect.Parameter.empty
    ]
    count = 2 if len(required) == 2 else 1
    try:
        signature.bind(*(["origin", "request"][:count]))
    except TypeError as error:
        raise TypeError(f"allow_origin must take the origin, or the origin and the request: {error}") from None
    return count
