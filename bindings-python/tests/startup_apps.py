"""Applications with a bad policy, each with its own way to add the middleware. None of them may serve."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from corsac import CORSMiddleware, wsgi
from fastapi import FastAPI
from flask import Flask
from starlette.applications import Starlette
from starlette.middleware import Middleware

BAD: Any = {"allow_origins": ["https://a.example/"], "allow_methods": ["put"]}


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    print("the lifespan ran", flush=True)
    yield


added = FastAPI(lifespan=lifespan)
added.add_middleware(CORSMiddleware, **BAD)

listed = Starlette(lifespan=lifespan, middleware=[Middleware(CORSMiddleware, **BAD)])

positional = Starlette(lifespan=lifespan)
positional.add_middleware(CORSMiddleware, ["https://a.example"])  # type: ignore[arg-type]

# Those that fail while the module is imported.
match os.environ.get("FAILS"):
    case "asgi":
        wrapped = CORSMiddleware(Starlette(lifespan=lifespan), **BAD)
    case "wsgi":
        flask = wsgi.CORSMiddleware(Flask(__name__), **BAD)
