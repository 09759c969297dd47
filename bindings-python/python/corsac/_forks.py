"""Threads that continue in the child of a fork.

A forked process has none of its parent's threads, and locks that those threads held would stay held. So the locks are
acquired before a fork, and released in both processes after it.
"""

import contextlib
import os
import threading
import weakref
from typing import Any, Protocol


class Forked(Protocol):
    """An object that continues in a forked process."""

    def before_fork(self) -> object | None:
        """Acquire the locks.

        Returns:
            The object that is passed to ``after_fork``, and kept alive until then; None if there is nothing to do.
        """

    def after_fork(self, acquired: Any, *, in_child: bool) -> None:  # noqa: ANN401
        """Release the locks, and start the threads in the child."""


_registered: "weakref.WeakSet[Forked]" = weakref.WeakSet()
# One list for each thread, since several threads may fork at once.
_forking = threading.local()


def register(forked: Forked) -> None:
    """Call the object's methods at each fork from now on."""
    _registered.add(forked)


def unregister(forked: Forked) -> None:
    """Stop calling the object's methods at forks."""
    _registered.discard(forked)


def _before() -> None:
    acquired = [(forked, forked.before_fork()) for forked in list(_registered)]
    _forking.acquired = [(forked, locks) for forked, locks in acquired if locks is not None]


def _after(*, in_child: bool) -> None:
    for forked, locks in _forking.__dict__.pop("acquired", ()):
        forked.after_fork(locks, in_child=in_child)


with contextlib.suppress(AttributeError):  # Windows has no fork
    os.register_at_fork(
        before=_before,
        after_in_parent=lambda: _after(in_child=False),
        after_in_child=lambda: _after(in_child=True),
    )
