"""Calls to an async predicate, with a time-out.

If answers are remembered, there is one call at a time for each origin.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Generator
from types import TracebackType
from typing import Any, NamedTuple, Protocol


class FunctionCache(Protocol):
    """Remembers the answers of one function."""

    def get(self, origin: str) -> bool | None:
        """The answer that is remembered for the origin, or None."""

    def era(self) -> int:
        """The current era, which ends when the cache is cleared."""
        ...

    def remember(self, era: int, origin: str, returned: object) -> None:
        """Remember the returned value, if it is an answer and the era in which it was requested has not ended."""


class Failure(NamedTuple):
    """The exception that a function raised. It keeps its traceback each time it is raised again."""

    error: Exception
    traceback: TracebackType | None


class PredicateCalls:
    """The calls to one function.

    Args:
        function: the predicate, which takes only the origin if there is a cache.
        timeout: for how many seconds a call may be awaited, or None.
        cache: remembers the answers, or None.
    """

    def __init__(self, function: Callable[[str], Any], timeout: float | None, cache: FunctionCache | None) -> None:
        self._function = function
        self._timeout = timeout
        self._cache = cache
        self._pending: dict[tuple[asyncio.AbstractEventLoop, int, str], asyncio.Task[object]] = {}

    def start(self, origin: str, returned: Awaitable[object] | None = None) -> "PredicateCall":
        """A call that can be awaited.

        ``returned`` is the value that the function has returned, if it has already been called.
        """
        era = 0 if self._cache is None else self._cache.era()
        return PredicateCall(self, era, origin, returned)

    async def result(self, call: "PredicateCall") -> object:
        """The result of a call, or of a pending call for the same origin."""
        if self._cache is None:
            return await self._called(call)
        answer = self._cache.get(call.origin)
        if answer is not None:
            call.close()
            return answer
        loop = asyncio.get_running_loop()
        key = (loop, call.era, call.origin)
        task = self._pending.get(key)
        if task is None:
            task = loop.create_task(self._outcome(call.moved()))
            self._pending[key] = task
            task.add_done_callback(lambda _: self._pending.pop(key, None))
        call.close()
        # A request that is cancelled does not cancel the task that others wait for.
        outcome = await asyncio.shield(task)
        if isinstance(outcome, Failure):
            raise outcome.error.with_traceback(outcome.traceback)
        return outcome

    async def _outcome(self, call: "PredicateCall") -> object:
        """The result or the failure. Many requests may wait for it."""
        try:
            return await self._called(call)
        except Exception as error:
            return Failure(error, error.__traceback__)

    async def _called(self, call: "PredicateCall") -> object:
        taken = call.take_returned()
        returned: Any = self._function(call.origin) if taken is None else taken
        result = await self._within_timeout(returned) if inspect.isawaitable(returned) else returned
        if self._cache is not None:
            self._cache.remember(call.era, call.origin, result)
        return result

    async def _within_timeout(self, awaitable: Awaitable[object]) -> object:
        """Wait until the time-out at most, even if the function catches its cancellation."""
        if self._timeout is None:
            return await awaitable
        task = asyncio.ensure_future(awaitable)
        task.add_done_callback(retrieve_exception)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._timeout)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not done:
            task.cancel()
            raise TimeoutError(f"the allow_origin function took more than {self._timeout:g} seconds")
        return task.result()


def retrieve_exception(task: asyncio.Future[Any]) -> None:
    """Retrieve an exception for which no task waits any more. Otherwise asyncio would log it each time."""
    if not task.cancelled():
        task.exception()


class PredicateCall:
    """One call, which does not begin until it is awaited."""

    def __init__(self, calls: PredicateCalls, era: int, origin: str, returned: Awaitable[object] | None) -> None:
        self.era = era
        self.origin = origin
        self._calls = calls
        self._returned = returned

    def __await__(self) -> Generator[Any, None, object]:
        """Wait for the result."""
        return self._calls.result(self).__await__()

    def take_returned(self) -> Awaitable[object] | None:
        """The value that the function has returned. It can be taken only once."""
        returned, self._returned = self._returned, None
        return returned

    def moved(self) -> "PredicateCall":
        """The same call for a separate task. This object then has nothing left to close."""
        return PredicateCall(self._calls, self.era, self.origin, self.take_returned())

    def close(self) -> None:
        """Close an object that is not going to be awaited. Otherwise Python would print a warning."""
        close = getattr(self.take_returned(), "close", None)
        if close is not None:
            close()
