"""The thread that watches a policy file."""

import logging
import threading
import weakref
from collections.abc import Callable
from typing import Protocol

from corsac import _forks
from corsac._corsac import ConfigError, Policy

_logger = logging.getLogger("corsac")


class Watched(Protocol):
    """The object whose file is watched."""

    _path: str

    @property
    def _lock(self) -> threading.RLock:
        """The lock that is held while the file is read and the policy swapped."""
        ...

    def _reload_if_changed(self) -> Policy | None:
        """Put the file's policy in force if the file has changed and settled, and return it."""


class Watch:
    """A thread that reads a file again when it has changed. It does not keep the watched object alive.

    Args:
        watched: the object whose file is watched.
        interval: the seconds between two checks.
        on_reload: called with each new policy; by default a message is logged.
        on_error: called with each ``OSError`` or ``ConfigError``; by default it is logged.
    """

    def __init__(
        self,
        watched: Watched,
        interval: float,
        on_reload: Callable[[Policy], object] | None,
        on_error: Callable[[Exception], object] | None,
    ) -> None:
        self._stopped = threading.Event()
        self._watched = weakref.ref(watched, lambda _: self._stopped.set())
        self._path = watched._path
        self._interval = interval
        self._on_reload = on_reload or self.log_reload
        self._on_error = on_error or self._log_error
        # Whether the last message in the log was an error.
        self.has_failed = False
        self._start()
        _forks.register(self)

    def stop(self) -> None:
        """End the thread, and wait for its end."""
        _forks.unregister(self)
        self._stopped.set()
        # A function that this thread calls may be the one that stops it.
        if self._thread is not threading.current_thread():
            self._thread.join()

    def log_reload(self, policy: Policy) -> None:
        """Log that the file was read again.

        After an error it is a warning, so that people who saw the error see this too.
        """
        level = logging.WARNING if self.has_failed else logging.INFO
        self.has_failed = False
        _logger.log(level, "%s was read again: its policy is in force", self._path)

    def _log_error(self, error: Exception) -> None:
        self.has_failed = True
        _logger.error("%s was not read again: the previous policy stays in force: %s", self._path, error)

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="corsac-watch", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            try:
                self._check()
            except Exception:
                _logger.exception("a function for reloads of %s failed", self._path)

    def _check(self) -> None:
        watched = self._watched()
        if watched is None:
            return
        try:
            policy = watched._reload_if_changed()
        except (OSError, ConfigError) as error:
            self._on_error(error)
        else:
            if policy is not None:
                self._on_reload(policy)

    def before_fork(self) -> Watched | None:
        """Acquire the lock of the watched object, which is kept alive until the lock is released."""
        watched = self._watched()
        if watched is not None:
            watched._lock.acquire()
        return watched

    def after_fork(self, acquired: Watched, *, in_child: bool) -> None:
        """Release the lock, and in the child start the thread."""
        acquired._lock.release()
        if in_child:
            self._stopped = threading.Event()
            self._start()
