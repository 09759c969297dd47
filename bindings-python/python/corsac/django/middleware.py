"""The middleware of Django, for synchronous and asynchronous servers."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgiref.sync import async_to_sync, iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

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
        ImproperlyConfigured: the setting ``CORSAC`` is missing, or has arguments that exclude each other.
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
        response = cast("HttpResponseBase", self.get_response(request))
        _apply(decided, response)
        return response

    async def _respond(self, request: HttpRequest) -> HttpResponseBase:
        decided = self._decide(request)
        if isinstance(decided, PendingDecision):
            decided = await self._await(request, decided)
        if decided.responds:
            return _own_response(decided)
        response = await cast("Awaitable[HttpResponseBase]", self.get_response(request))
        _apply(decided, response)
        return response

    def _decide(self, request: HttpRequest) -> RequestDecision | PendingDecision:
        # The scope still has the path as the client sent it.
        scope = getattr(request, "scope", None)
        if scope is not None:
            return self._decider.decide_scope(scope, request)
        return self._decider.decide_environ(request.META, request)

    async def _await(self, request: HttpRequest, pending: PendingDecision) -> RequestDecision:
        try:
            answer = await pending.awaitable
        except Exception:
            self._resume(request, pending)
            raise
        return self._resume(request, pending, answer)

    def _resume(self, request: HttpRequest, pending: PendingDecision, *answer: object) -> RequestDecision:
        scope = getattr(request, "scope", None)
        if scope is not None:
            return self._decider.resume_scope(pending, scope, request, *answer)
        return self._decider.resume_environ(pending, request.META, request, *answer)


def _own_response(decided: RequestDecision) -> HttpResponse:
    response = HttpResponse(decided.body, status=decided.status)
    # Django's own type of content would be on a response that has none.
    for name, _ in list(response.items()):
        del response[name]
    _apply(decided, response)
    return response


def _apply(decided: RequestDecision, response: Any) -> None:  # noqa: ANN401
    """Replace the headers of a response by those with the decision applied. Cookies are not among them."""
    before = list(response.items())
    after: dict[str, list[str]] = {}
    for name, value in decided.apply(response.status_code, before):
        after.setdefault(name, []).append(value)
    for name, value in before:
        if after.get(name) == [value]:
            del after[name]
        else:
            del response[name]
    for name, values in after.items():
        # Django has one value for each name.
        response[name] = ", ".join(values)
