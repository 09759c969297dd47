"""A policy that is swapped while requests run."""

import contextlib
import logging
import os
import threading
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Self

from corsac._corsac import ConfigError, Policy, PolicyFile, PolicyHolder, PredicateCache
from corsac._types import OriginPredicate

_logger = logging.getLogger("corsac")


class Reloadable(PolicyHolder):
    """Holds a policy that can be swapped at any time, from any thread. Give it to a middleware as ``policy=``.

    A request keeps the policy that it began with, so that it sees the old or the new one, never a mix. Readers never
    wait.

    Args:
        policy (Policy): the first policy.

        >>> policies = Reloadable(Policy(allow_origins=["https://app.example.com"]))
        >>> before = policies.swap(Policy(allow_origins=["https://app.example.org"]))
        >>> policies.policy.evaluate("GET", [("Origin", "https://app.example.org")]).reason
        'origin-allowed'
    """

    __module__ = "corsac"

    def __init__(self, policy: Policy) -> None:
        self._file: PolicyFile | None = None
        self._path = ""
        # Held while the file is read and the policy swapped, so that the last to read is the last to swap.
        self._lock = threading.RLock()
        self._watch: _Watch | None = None

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        *,
        allow_origin: OriginPredicate | None = None,
        predicate_timeout: float | None = None,
        predicate_cache: PredicateCache | None = None,
    ) -> Self:
        """Read a policy file, so that it can be read again. The functions stay: a file holds none.

        Args:
            path: the file: JSON if its name ends in ``.json``, else TOML.
            allow_origin: as in ``Policy(allow_origin=...)``.
            predicate_timeout: as in ``Policy(predicate_timeout=...)``.
            predicate_cache: as in ``Policy(predicate_cache=...)``. A reload does not empty it.

        Raises:
            OSError: the file cannot be read: ``FileNotFoundError`` and its like.
            ConfigError: the file is refused; the message names the file, the line and the key.
        """
        file, policy = PolicyFile.open(path, allow_origin, predicate_timeout, predicate_cache)
        policies = cls(policy)
        policies._file = file
        policies._path = os.fspath(path)
        return policies

    def reload(self) -> Policy:
        """Read the file now, and put its policy in force. It waits for the disk: call it in a thread from async code.

        Returns:
            The policy that is in force from now on.

        Raises:
            OSError: the file cannot be read. The policy before it stays in force.
            ConfigError: the file is refused. The policy before it stays in force.
            RuntimeError: there is no file: the policy was given.
        """
        with self._lock:
            policy = self._file_or_raise().reload()
            self.swap(policy)
            watch = self._watch
        if watch is not None and watch.has_failed:
            watch._log_reload(policy)
        return policy

    def watch(
        self,
        interval: float = 1.0,
        on_reload: Callable[[Policy], object] | None = None,
        on_error: Callable[[Exception], object] | None = None,
    ) -> Self:
        """Look for changes of the file from now on, on a thread that does not keep the process alive.

        Looking is by name: a file that is renamed into place, written again, or reached through a link that points
        elsewhere now (Kubernetes) is seen alike. A change is read once it has settled for one interval. A file that is
        missing or refused is reported once, and the policy before it stays in force.

        Args:
            interval: the seconds between two looks.
            on_reload: called on that thread with each new policy; by default a line of the logger ``corsac``, at INFO,
                and as a warning where the file could not be read before: whoever saw that is to see this.
            on_error: called on that thread with each ``OSError`` or ``ConfigError``; by default it is logged as an
                error.

        Returns:
            The object itself, which can stand in a ``with`` statement.

        Raises:
            ValueError: the interval is not positive.
            RuntimeError: there is no file, or it is watched already.
        """
        self._file_or_raise()
        if not 0 < interval < threading.TIMEOUT_MAX:
            raise ValueError(f"interval must be more than 0 seconds, not {interval}")
        with self._lock:
            if self._watch is not None:
                raise RuntimeError(f"{self._path} is watched already")
            self._watch = _Watch(self, interval, on_reload, on_error)
        return self

    def close(self) -> None:
        """End the watching, if there is any. The policy in force stays."""
        with self._lock:
            watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _file_or_raise(self) -> PolicyFile:
        if self._file is None:
            raise RuntimeError("there is no file to read: use Reloadable.from_file")
        return self._file

    def _look(self) -> Policy | None:
        with self._lock:
            policy = self._file_or_raise().look()
            if policy is not None:
                self.swap(policy)
        return policy


class _Watch:
    """The thread that looks. It does not keep what it looks for alive."""

    def __init__(
        self,
        policies: Reloadable,
        interval: float,
        on_reload: Callable[[Policy], object] | None,
        on_error: Callable[[Exception], object] | None,
    ) -> None:
        self._stopped = threading.Event()
        self._policies = weakref.ref(policies, lambda _: self._stopped.set())
        self._path = policies._path
        self._interval = interval
        self._on_reload = on_reload or self._log_reload
        self._on_error = on_error or self._log_error
        # Whether the last line in the log says so.
        self.has_failed = False
        self.start()
        _watching.add(self)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="corsac-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        _watching.discard(self)
        self._stopped.set()
        # A function of its own may be what stops it.
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            try:
                self._once()
            except Exception:
                _logger.exception("a function for reloads of %s failed", self._path)

    def _once(self) -> None:
        policies = self._policies()
        if policies is None:
            return
        try:
            policy = policies._look()
        except (OSError, ConfigError) as error:
            self._on_error(error)
        else:
            if policy is not None:
                self._on_reload(policy)

    def _log_reload(self, policy: Policy) -> None:
        level = logging.WARNING if self.has_failed else logging.INFO
        self.has_failed = False
        _logger.log(level, "%s was read again: its policy is in force", self._path)

    def _log_error(self, error: Exception) -> None:
        self.has_failed = True
        _logger.error("%s was not read again: the policy before it stays in force: %s", self._path, error)

    # A fork has none of its parent's threads, and might find their locks held for ever.

    def before_fork(self) -> Reloadable | None:
        policies = self._policies()
        if policies is not None:
            policies._lock.acquire()
        return policies

    def after_fork(self, policies: Reloadable, *, in_child: bool) -> None:
        policies._lock.release()
        if in_child:
            self._stopped = threading.Event()
            self.start()


_watching: "weakref.WeakSet[_Watch]" = weakref.WeakSet()
# Of each thread, since several may fork at once. What is watched is kept alive until its lock is given back.
_forking = threading.local()


def _before_fork() -> None:
    held = [(watch, watch.before_fork()) for watch in list(_watching)]
    _forking.held = [(watch, policies) for watch, policies in held if policies is not None]


def _after_fork(*, in_child: bool) -> None:
    for watch, policies in _forking.__dict__.pop("held", ()):
        watch.after_fork(policies, in_child=in_child)


with contextlib.suppress(AttributeError):  # Windows has no fork
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=lambda: _after_fork(in_child=False),
        after_in_child=lambda: _after_fork(in_child=True),
    )
