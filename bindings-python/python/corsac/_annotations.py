"""The names in the annotations of public functions, which are imported when one of them is looked up.

The annotations are texts until a tool evaluates them, for example with ``typing.get_type_hints``. They name members of
this module, so that such tools work although importing corsac does not import ``typing``.
"""

TYPE_CHECKING = False  # explained in corsac/__init__.py
if TYPE_CHECKING:
    from collections.abc import Callable as Callable
    from collections.abc import Mapping as Mapping
    from types import TracebackType as TracebackType
    from typing import Never as Never
    from typing import Self as Self
    from typing import Unpack as Unpack

    from corsac._corsac import Decision as Decision
    from corsac._corsac import Policy as Policy
    from corsac._corsac import PredicateCache as PredicateCache
    from corsac._reloadable import Reloadable as Reloadable
    from corsac._types import ASGIApp as ASGIApp
    from corsac._types import OriginPredicate as OriginPredicate
    from corsac._types import PolicyOptions as PolicyOptions
    from corsac._types import Scope as Scope
    from corsac._types import StarletteLike as StarletteLike
else:

    def __getattr__(name: str) -> object:
        """Find the name in the modules that define such names."""
        import collections.abc
        import types
        import typing

        import corsac
        from corsac import _types

        # Names such as `__all__` would be those of another module.
        modules = () if name.startswith("__") else (_types, collections.abc, types, typing, corsac)
        for module in modules:
            if name in vars(module):
                return vars(module)[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
