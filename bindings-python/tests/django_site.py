"""A site of Django whose policy is that of the application `corsac.django`; servers start `wsgi` and `asgi`."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.wsgi import get_wsgi_application
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import path

ORIGIN = "https://app.example.com"
POLICY: dict[str, Any] = {
    "allow_origins": [ORIGIN],
    "allow_methods": ["PUT"],
    "allow_headers": ["X-A"],
    "allow_credentials": True,
}
MIDDLEWARE = [
    "corsac.django.CorsacMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_site.Failing",
]
SETTINGS: dict[str, Any] = {
    "ROOT_URLCONF": "django_site",
    "ALLOWED_HOSTS": ["testserver", "127.0.0.1"],
    "SECRET_KEY": "only for tests",
    "INSTALLED_APPS": ["corsac.django", "django.contrib.sessions"],
    "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
    "MIDDLEWARE": MIDDLEWARE,
    "CORSAC": POLICY,
}


class Failing:
    """A middleware that fails at one path, inside corsac's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/middleware/":
            raise ZeroDivisionError("in a middleware")
        return self.get_response(request)


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello", headers={"Vary": "Accept-Encoding"})


# A view that returns the same object each time.
SHARED = HttpResponse("shared", headers={"Content-Type": "text/html; charset=utf-8", "Server-Timing": "db;dur=5"})


def shared(request: HttpRequest) -> HttpResponse:
    return SHARED


def own(request: HttpRequest) -> HttpResponse:
    headers = {"Access-Control-Allow-Origin": "*", "access-control-expose-headers": "X-B", "Vary": "Cookie"}
    return HttpResponse("own", headers=headers)


def login(request: HttpRequest) -> HttpResponse:
    request.session["name"] = "somebody"
    response = HttpResponse("hello somebody")
    response.set_cookie("seen", "1")
    return response


def crash(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("in a view")


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def stream(request: HttpRequest) -> HttpResponseBase:
    def chunks() -> Iterator[bytes]:
        yield from (b"%d\n" % number for number in range(5))

    async def chunks_later() -> AsyncIterator[bytes]:
        for number in range(5):
            await asyncio.sleep(0)
            yield b"%d\n" % number

    return StreamingHttpResponse(chunks_later() if hasattr(request, "scope") else chunks())


def breaking(request: HttpRequest) -> HttpResponseBase:
    """Fails in the middle of its body."""

    def chunks() -> Iterator[bytes]:
        yield b"one\n"
        raise ZeroDivisionError("in a body")

    return StreamingHttpResponse(chunks())


def file(request: HttpRequest) -> HttpResponseBase:
    return FileResponse(Path(__file__).open("rb"))


async def later(request: HttpRequest) -> HttpResponse:
    await asyncio.sleep(0.01)
    return HttpResponse(f"{request.GET.get('n')}")


urlpatterns = [
    path("", hello),
    path("shared/", shared),
    path("own/", own),
    path("login/", login),
    path("crash/", crash),
    path("forbidden/", forbidden),
    path("stream/", stream),
    path("breaking/", breaking),
    path("file/", file),
    path("later/", later),
]


async def is_tenant(origin: str, request: HttpRequest) -> bool:
    return origin == "https://tenant.example" and request.path == "/"


def is_tenant_now(origin: str) -> bool:
    return origin == "https://tenant.example"


DECISIONS: list[tuple[str, str]] = []


def count(decision: Any, request: HttpRequest) -> None:
    DECISIONS.append((decision.reason, request.path))


def start(**changed: Any) -> None:
    settings.configure(**{**SETTINGS, **changed})
    django.setup()


if not settings.configured:
    start(DEBUG=os.environ.get("DJANGO_DEBUG") == "1")
    if "PORT" in os.environ:
        wsgi = get_wsgi_application()
        from django.core.asgi import get_asgi_application

        asgi = get_asgi_application()
