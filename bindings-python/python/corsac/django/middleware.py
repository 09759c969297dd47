"""The middleware of Django, for synchronous and asynchronous servers."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgiref.sync import async_to_sync, iscoroutinefunction, markcoroutinefunction
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, ResponseHeaders

from corsac._corsac import FrameworkDecider, PendingDecision, Policy, RequestDecision
from corsac._debug import framework_debugger
from corsac.django.setting import read_setting


class CorsacMiddleware:
    """Applies the policy of the setting ``CORSAC`` to every response of the middleware and views inside.

    Write it first in ``MIDDLEWARE``. It then answers preflights before any other middleware, and adds the policy's
    headers to redirects, error pages and the responses of other middleware as well.

    Args:
        get_response: the next middleware, or the view.

    Raises:
        ConfigError: the policy is refused. ``issues`` lists everything that is wrong, each with its fix.
        ImproperlyConfigured: the setting ``CORSAC`` is missing, or has arguments that cannot be combined.
        OSError: the policy's file cannot be read.

    An ``allow_origin`` function is called with the ``HttpRequest`` as its request. It may be async, with every server.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]) -> None:
        arguments = read_setting()
        self.get_response = get_response
        self._decider = FrameworkDecider(arguments.policy, (arguments.on_decision, framework_debugger(arguments.debug)))
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)
        arguments.start_watch()

    @property
    def policy(self) -> Policy:
        """The policy that decides now."""
        return self._decider.policy

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Respond to a request."""
        if self._is_async:
            return self._respond(request)
        decided = self._decide(request)
        if isinstance(decided, PendingDecision):
            decided = async_to_sync(self._await)(request, decided)
        if decided.responds:
            return _own_response(decided)
        if decided.error is not None:
            return _applied(decided, _error_response(request, decided.error))
        return _applied(decided, cast("HttpResponseBase", self.get_response(request)))

    async def _respond(self, request: HttpRequest) -> HttpResponseBase:
        decided = self._decide(request)
        if isinstance(decided, PendingDecision):
            decided = await self._await(request, decided)
        if decided.responds:
            return _own_response(decided)
        if decided.error is not None:
            return _applied(decided, await _later_error_response(request, decided.error))
        return _applied(decided, await cast("Awaitable[HttpResponseBase]", self.get_response(request)))

    def _decide(self, request: HttpRequest) -> RequestDecision | PendingDecision:
        # The scope still has the path as the client sent it.
        scope = getattr(request, "scope", None)
        if scope is not None:
            return self._decider.decide_scope(scope, request)
        return self._decider.decide_environ(request.META, request)

    async def _await(self, request: HttpRequest, pending: PendingDecision) -> RequestDecision:
        try:
            answer = await pending.awaitable
        except Exception as error:
            return self._resume(request, pending, None, error)
        return self._resume(request, pending, answer, None)

    def _resume(
        self, request: HttpRequest, pending: PendingDecision, answer: object, error: Exception | None
    ) -> RequestDecision:
        scope = getattr(request, "scope", None)
        if scope is not None:
            return self._decider.resume_scope(pending, scope, request, answer, error)
        return self._decider.resume_environ(pending, request.META, request, answer, error)


def _own_response(decided: RequestDecision) -> HttpResponse:
    response = HttpResponse(decided.body, status=decided.status)
    # Otherwise, a response without a content type would get Django's default.
    response.headers = _headers(decided, response, [])
    return response


def _error_response(request: HttpRequest, error: BaseException) -> HttpResponseBase:
    """Django's response to an exception of the predicate, which Django logs.

    If the middleware raised the exception, the response would be made outside it and have no headers.
    """

    def fail(_: HttpRequest) -> HttpResponseBase:
        raise error

    return cast("HttpResponseBase", convert_exception_to_response(fail)(request))


async def _later_error_response(request: HttpRequest, error: BaseException) -> HttpResponseBase:
    """Django's response to an exception of the predicate, under an asynchronous server."""

    async def fail(_: HttpRequest) -> HttpResponseBase:
        raise error

    return await cast("Awaitable[HttpResponseBase]", convert_exception_to_response(fail)(request))


def _applied(decided: RequestDecision, response: Any) -> HttpResponseBase:  # noqa: ANN401
    """A response with the decision applied to its headers. Cookies are not among them.

    It is a copy, because a view may return the same object for many requests, even at the same time.
    """
    applied: Any = object.__new__(type(response))
    # `copy.copy` would leave out what cannot be pickled.
    applied.__dict__.update(response.__dict__)
    applied.headers = _headers(decided, response, list(response.items()))
    return cast("HttpResponseBase", applied)


def _headers(decided: RequestDecision, response: Any, before: list[tuple[str, str]]) -> ResponseHeaders:  # noqa: ANN401
    # Django has one value for each name, and ignores the case of names.
    values: dict[str, tuple[str, list[str]]] = {}
    for name, value in decided.apply(response.status_code, before):
        values.setdefault(name.lower(), (name, []))[1].append(value)
    return ResponseHeaders({name: ", ".join(found) for name, found in values.values()})
