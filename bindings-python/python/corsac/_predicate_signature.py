"""The number of arguments of an origin predicate, according to its signature."""

import inspect
from collections.abc import Callable

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def argument_count(function: Callable[..., object]) -> int:
    """The number of arguments with which the function is called.

    Returns:
        2 if it requires the request in addition to the origin, else 1.

    Raises:
        TypeError: it can be called with neither number of arguments.
    """
    try:
        signature = inspect.signature(function)
    except ValueError:  # some built-in functions have no signature
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
