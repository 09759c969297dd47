"""The WSGI applications for gunicorn: Flask and Django, with a policy around each."""

from typing import Any

import django
from corsac.wsgi import CORSMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from flask import Flask, Response

ORIGIN = "https://app.example.com"
SETTINGS: Any = {
    "allow_origins": [ORIGIN],
    "allow_methods": ["PUT"],
    "allow_headers": ["X-A"],
    "allow_credentials": True,
}

flask = Flask(__name__)


@flask.get("/")
def hello() -> Response:
    return Response("hello", headers={"Vary": "Accept-Encoding"})


@flask.get("/own")
def own() -> Response:
    return Response("own", headers={"Access-Control-Allow-Origin": "*"})


@flask.get("/stream")
def stream() -> Response:
    return Response(b"%d\n" % number for number in range(5))


@flask.get("/crash")
def crash() -> Response:
    raise ZeroDivisionError


@flask.post("/")
def write() -> Response:
    return Response("written")


unguarded = flask.wsgi_app
flask.wsgi_app = CORSMiddleware(unguarded, **SETTINGS)  # type: ignore[method-assign]
guarded = CORSMiddleware(unguarded, **SETTINGS, protection={"writes": "reject", "websockets": "reject"})


def django_hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello", headers={"Vary": "Accept-Encoding"})


def django_own(request: HttpRequest) -> HttpResponse:
    return HttpResponse("own", headers={"Access-Control-Allow-Origin": "*"})


def django_crash(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [path("", django_hello), path("own", django_own), path("crash", django_crash)]
if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="only for tests")  # noqa: S106
    django.setup()
application = CORSMiddleware(get_wsgi_application(), **SETTINGS)
