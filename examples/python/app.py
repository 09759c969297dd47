"""The demo's API on FastAPI. Start it in this folder with `uvicorn app:app --port 4101`."""

import os
from itertools import count
from pathlib import Path
from typing import Annotated, Any

from corsac import CORSMiddleware, Policy
from fastapi import Body, Cookie, FastAPI, Header, Response

POLICY = os.environ.get("CORS_POLICY", Path(__file__).parents[1] / "cors.toml")
numbers = count(1)
api = FastAPI()


@api.get("/api/hello")
def hello(response: Response) -> dict[str, str]:
    response.headers["X-Request-Id"] = f"python-{next(numbers)}"
    response.headers["X-Internal"] = "not for scripts"
    return {"message": "hello"}


@api.post("/api/echo")
def echo(body: Annotated[Any, Body()]) -> Any:
    return body


@api.put("/api/note")
def put_note(x_demo_token: Annotated[str | None, Header()] = None) -> dict[str, str | None]:
    return {"token": x_demo_token}


@api.delete("/api/note")
def delete_note() -> dict[str, bool]:
    return {"deleted": True}


@api.post("/api/session")
def sign_in(response: Response) -> dict[str, str]:
    # Cookies do not distinguish ports, so each server uses its own name.
    response.set_cookie("session_python", "alice", httponly=True, samesite="lax")
    return {"user": "alice"}


@api.get("/api/session")
def who_am_i(session_python: Annotated[str | None, Cookie()] = None) -> dict[str, str | None]:
    return {"user": session_python}


@api.get("/api/crash")
def crash() -> None:
    raise RuntimeError("on purpose: nobody handles this")


@api.get("/api/own-headers")
def own_headers(response: Response) -> dict[str, str]:
    response.headers["Access-Control-Allow-Origin"] = "*"  # wrong: the policy replaces it
    response.headers["Access-Control-Allow-Credentials"] = "maybe"
    response.headers["Vary"] = "Accept-Encoding"  # right: it is merged
    return {"message": "own headers"}


# Around the whole application, so that even the 500 of an unhandled exception has the headers.
app = CORSMiddleware(api, policy=Policy.from_file(POLICY))
