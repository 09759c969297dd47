"""The log of refusals, and the calls to the hook for metrics."""

import logging
from typing import Any

import pytest
from asgi_kit import ALLOWED, EVIL, ORIGIN, SETTINGS, App, from_origin, head, play, preflight, request
from corsac import CORSMiddleware, Decision


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "corsac")
    return caplog


def lines(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records]


def test_refusals_are_logged_with_their_reason(log: pytest.LogCaptureFixture) -> None:
    middleware = CORSMiddleware(App(head()), **SETTINGS)
    for scope in (from_origin(EVIL), preflight(EVIL), from_origin(b"junk")):
        play(middleware, scope)
    asks_more = preflight()
    asks_more["headers"][1] = (b"access-control-request-method", b"DELETE")
    play(middleware, asks_more)
    assert [line.split("; help: ")[0] for line in lines(log)] == [
        "refused: origin-not-allowed: GET / from `https://evil.example`",
        "refused: origin-not-allowed: OPTIONS / from `https://evil.example`",
        "refused: origin-malformed: GET / from `junk`",
        "refused: preflight-method-not-allowed: OPTIONS / from `https://app.example.com`",
    ]
    assert all(line.split("; help: ")[1] for line in lines(log))
    args: Any = log.records[0].args
    assert args["reason"] == "origin-not-allowed"


def test_allowed_requests_are_not_logged(log: pytest.LogCaptureFixture) -> None:
    middleware = CORSMiddleware(App(head()), **SETTINGS)
    for scope in (from_origin(), preflight(), request()):
        play(middleware, scope)
    assert lines(log) == []


def test_refusals_are_not_warnings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "corsac")
    play(CORSMiddleware(App(head()), **SETTINGS), from_origin(EVIL))
    assert caplog.records == []


def test_data_from_a_client_cannot_forge_a_line(log: pytest.LogCaptureFixture) -> None:
    nasty = 'x"`\r\nERROR root: forged\x1b[31m%s%(reason)s\u2028\xff' + "y" * 10_000
    scope = request(nasty, (b"origin", nasty.encode()))
    scope["path"] = "/" + nasty
    play(CORSMiddleware(App(head()), **SETTINGS), scope)
    (line,) = lines(log)
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 1000


def test_their_number_is_limited_and_omitted_ones_are_counted(log: pytest.LogCaptureFixture) -> None:
    middleware = CORSMiddleware(App(head()), **SETTINGS)
    for _ in range(500):
        play(middleware, from_origin(EVIL))
    assert len(lines(log)) == 20
    play(CORSMiddleware(App(head()), **SETTINGS), from_origin(EVIL))
    assert len(lines(log)) == 21, "each middleware counts its own"


def test_the_hook_is_called_with_every_decision() -> None:
    calls: list[tuple[Decision, Any]] = []
    middleware = CORSMiddleware(App(head()), **SETTINGS, on_decision=lambda *arguments: calls.append(arguments))
    scopes = [from_origin(), from_origin(EVIL), request(), preflight(), preflight(EVIL)]
    for scope in scopes:
        play(middleware, scope)
    assert [decision.reason for decision, _ in calls] == [
        "origin-allowed",
        "origin-not-allowed",
        "no-origin",
        "preflight-allowed",
        "origin-not-allowed",
    ]
    assert all(request is scope for (_, request), scope in zip(calls, scopes, strict=True))
    assert calls[0][0].headers[0] == ("access-control-allow-origin", ORIGIN.decode())


def test_a_hook_that_fails_breaks_no_request(caplog: pytest.LogCaptureFixture) -> None:
    def hook(decision: Decision, scope: Any) -> None:
        raise ZeroDivisionError

    sent = play(CORSMiddleware(App(head()), **SETTINGS, on_decision=hook), from_origin())
    assert sent[0]["headers"] == ALLOWED
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


def test_hooks_that_are_refused() -> None:
    async def hook(decision: Decision, scope: Any) -> None:
        pass

    class Hook:
        async def __call__(self, decision: Decision, scope: Any) -> None:
            pass

    wrong: Any
    for wrong in (hook, Hook(), 1):
        with pytest.raises(TypeError, match="on_decision"):
            CORSMiddleware(App(), **SETTINGS, on_decision=wrong)
