"""An origin predicate: what can be told of it before it is asked, and the bounds of its answers."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Generator
from types import TracebackType
from typing import Any, NamedTuple, Protocol

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


class Answers(Protocol):
    """What was said already."""

    def get(self, origin: str) -> bool | None:
        """What was said of the origin, if it is remembered."""

    def era(self) -> int:
        """How often everything was forgotten."""
        ...

    def put(self, era: int, origin: str, said: object) -> None:
        """Remember it, if it is an answer to what was asked since everything was forgotten last."""


class Failure(NamedTuple):
    """What a function raised. Each who raises it again begins at the same place."""

    error: Exception
    traceback: TracebackType | None


class Questions:
    """The questions to a function whose answers are awaited: bounded in time, and one at a time for each origin."""

    def __init__(self, function: Callable[[str], Any], timeout: float | None, answers: Answers | None) -> None:
        self._function = function
        self._timeout = timeout
        self._answers = answers
        self._pending: dict[tuple[asyncio.AbstractEventLoop, int, str], asyncio.Task[object]] = {}

    def ask(self, origin: str, awaitable: Awaitable[object] | None = None) -> "Question":
        """A question to be awaited. With an awaitable the function has been called already."""
        era = 0 if self._answers is None else self._answers.era()
        return Question(self, era, origin, awaitable)

    async def answer(self, question: "Question") -> object:
        """Await the answer: the one that is under way, if there is one."""
        if self._answers is None:
            return await self._asked(question)
        said = self._answers.get(question.origin)
        if said is not None:
            question.close()
            return said
        loop = asyncio.get_running_loop()
        key = (loop, question.era, question.origin)
        task = self._pending.get(key)
        if task is None:
            task = loop.create_task(self._outcome(question.taken()))
            self._pending[key] = task
            task.add_done_callback(lambda _: self._pending.pop(key, None))
        question.close()
        # Who goes away does not take the answer from the others.
        outcome = await asyncio.shield(task)
        if isinstance(outcome, Failure):
            raise outcome.error.with_traceback(outcome.traceback)
        return outcome

    async def _outcome(self, question: "Question") -> object:
        """The answer, or why there is none: many may wait for it."""
        try:
            return await self._asked(question)
        except Exception as error:
            return Failure(error, error.__traceback__)

    async def _asked(self, question: "Question") -> object:
        awaitable = question.take()
        asked: Any = self._function(question.origin) if awaitable is None else awaitable
        said = await self._within(asked) if inspect.isawaitable(asked) else asked
        if self._answers is not None:
            self._answers.put(question.era, question.origin, said)
        return said

    async def _within(self, awaitable: Awaitable[object]) -> object:
        """Wait no longer than the time-out, even for what does not let itself be cancelled."""
        if self._timeout is None:
            return await awaitable
        task = asyncio.ensure_future(awaitable)
        task.add_done_callback(heard)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._timeout)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not done:
            task.cancel()
            raise TimeoutError(f"the allow_origin function took more than {self._timeout:g} seconds")
        return task.result()


def heard(task: asyncio.Future[Any]) -> None:
    """Take note of a failure that nobody waits for any more: it would be logged, as often as clients like."""
    if not task.cancelled():
        task.exception()


class Question:
    """One question, not begun until it is awaited."""

    def __init__(self, questions: Questions, era: int, origin: str, awaitable: Awaitable[object] | None) -> None:
        self.era = era
        self.origin = origin
        self._questions = questions
        self._awaitable = awaitable

    def __await__(self) -> Generator[Any, None, object]:
        """Wait for the answer."""
        return self._questions.answer(self).__await__()

    def take(self) -> Awaitable[object] | None:
        """What the function gave, once."""
        awaitable, self._awaitable = self._awaitable, None
        return awaitable

    def taken(self) -> "Question":
        """The same question for a task of its own; this one has nothing left to close."""
        return Question(self._questions, self.era, self.origin, self.take())

    def close(self) -> None:
        """Give up what is not going to be awaited, which would warn otherwise."""
        close = getattr(self.take(), "close", None)
        if close is not None:
            close()
