"""A policy that is swapped while requests run."""

from __future__ import annotations

import os

import corsac._annotations as t
from corsac._corsac import PolicyFile, SwappablePolicy

TYPE_CHECKING = False  # explained in corsac/__init__.py
if TYPE_CHECKING:
    from corsac._watch import Watch


class Reloadable(SwappablePolicy):
    """A policy that can be swapped at any time, from any thread. Give it to a middleware as ``policy=``.

    A request keeps the policy with which it began, so it sees either the old policy or the new one, and never a mix.
    Requests never wait for a swap.

    Args:
        policy (Policy): the first policy.

        >>> policies = Reloadable(Policy(allow_origins=["https://app.example.com"]))
        >>> before = policies.swap(Policy(allow_origins=["https://app.example.org"]))
        >>> policies.policy.evaluate("GET", [("Origin", "https://app.example.org")]).reason
        'origin-allowed'
    """

    __module__ = "corsac"

    def __init__(self, policy: t.Policy) -> None:
        import threading

        self._file: PolicyFile | None = None
        self._path = ""
        # Held while the file is read and the policy swapped, so that the policy that was read last is
        # swapped in last.
        self._lock = threading.RLock()
        self._watch: Watch | None = None

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        *,
        allow_origin: t.OriginPredicate | None = None,
        predicate_timeout: float | None = None,
        predicate_cache: t.PredicateCache | None = None,
    ) -> t.Self:
        """Read a policy file that can be read again later.

        A reload keeps the functions that are given here, because a file cannot contain functions.

        Args:
            path (str | os.PathLike[str]): the file: JSON if its name ends in ``.json``, else TOML.
            allow_origin (Callable): as in ``Policy(allow_origin=...)``.
            predicate_timeout (float): in seconds, as in ``Policy(predicate_timeout=...)``.
            predicate_cache (PredicateCache): as in ``Policy(predicate_cache=...)``. A reload does not clear it.

        Returns:
            Reloadable: the policy of the file, which ``reload`` and ``watch`` replace.

        Raises:
            OSError: the file cannot be read: ``FileNotFoundError`` and similar errors.
            ConfigError: the settings in the file are refused; the message names the file, the line and the key.
            TypeError: ``path`` or a predicate argument is of another type.
            ValueError: ``predicate_timeout`` is not more than 0.
        """
        file, policy = PolicyFile.open(path, allow_origin, predicate_timeout, predicate_cache)
        policies = cls(policy)
        policies._file = file
        policies._path = os.fspath(path)
        return policies

    def reload(self) -> t.Policy:
        """Read the file now, and put its policy in force. This waits for the disk: call it in a thread from async code.

        Returns:
            Policy: the policy that is in force from now on.

        Raises:
            OSError: the file cannot be read. The old policy stays in force.
            ConfigError: the settings in the file are refused. The old policy stays in force.
            RuntimeError: there is no file, because a policy was given.
        """
        with self._lock:
            policy = self._file_or_raise().reload()
            self.swap(policy)
            watch = self._watch
        if watch is not None and watch.has_failed:
            watch.log_reload(policy)
        return policy

    def watch(
        self,
        interval: float = 1.0,
        on_reload: t.Callable[[t.Policy], object] | None = None,
        on_error: t.Callable[[Exception], object] | None = None,
    ) -> t.Self:
        """Watch the file for changes from now on, on a thread that does not keep the process alive.

        The file is checked by its name, so a change is noticed whether the file is renamed into place, written again,
        or reached through a link that now points to another file (Kubernetes). A changed file is not read until it
        has stayed the same for one interval. If it is missing or refused, that is reported once, and the old policy
        stays in force.

        Args:
            interval (float): the seconds between two checks, more than 0.
            on_reload (Callable[[Policy], object]): called on that thread with each new policy. By default the logger
                ``corsac`` logs it at INFO, or as a warning if the file could not be read before, so that people who
                saw that error see this too.
            on_error (Callable[[Exception], object]): called on that thread with each ``OSError`` or ``ConfigError``. By
                default it is logged as an error.

        Returns:
            Reloadable: the object itself, which can be used in a ``with`` statement.

        Raises:
            ValueError: the interval is not more than 0, or longer than a thread can wait.
            RuntimeError: there is no file, or it is watched already.
        """
        import threading

        from corsac._watch import Watch

        self._file_or_raise()
        if not 0 < interval < threading.TIMEOUT_MAX:
            raise ValueError(f"interval must be more than 0 seconds, not {interval}")
        with self._lock:
            if self._watch is not None:
                raise RuntimeError(f"{self._path} is watched already")
            self._watch = Watch(self, interval, on_reload, on_error)
        return self

    def close(self) -> None:
        """Stop watching the file, if it is watched. The policy in force stays."""
        with self._lock:
            watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()

    def __enter__(self) -> t.Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: t.TracebackType | None
    ) -> None:
        self.close()

    def _file_or_raise(self) -> PolicyFile:
        if self._file is None:
            raise RuntimeError("there is no file to read: use Reloadable.from_file")
        return self._file

    def _reload_if_changed(self) -> t.Policy | None:
        with self._lock:
            policy = self._file_or_raise().reload_if_changed()
            if policy is not None:
                self.swap(policy)
        return policy
