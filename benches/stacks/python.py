#!/usr/bin/env python3
"""The Python middleware against Starlette's own, around the same bare ASGI application.

The added cost is compared: the processor time with the middleware less that of the bare application. A preflight never
reaches the application, and is compared as a whole.
"""

import gc
import itertools
import sys
import time
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from measure import BENCH, Measured, finish, in_turn, progress, quick, ratio, row  # noqa: E402

sys.path.insert(0, str(BENCH / "python"))
import corsac  # noqa: E402
from starlette.middleware.cors import CORSMiddleware as Starlette  # noqa: E402

ORIGIN = b"https://app.example.com"
ROUNDS = 9 if quick() else 41

# What Chromium sends with a fetch, except for Origin.
BROWSER = [
    (b"host", b"api.example.com"),
    (b"connection", b"keep-alive"),
    (b"sec-ch-ua-platform", b'"Linux"'),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"),
    (b"sec-ch-ua", b'"Chromium";v="142", "Not_A Brand";v="99"'),
    (b"sec-ch-ua-mobile", b"?0"),
    (b"accept", b"*/*"),
    (b"sec-fetch-site", b"cross-site"),
    (b"sec-fetch-mode", b"cors"),
    (b"sec-fetch-dest", b"empty"),
    (b"referer", b"https://app.example.com/"),
    (b"accept-encoding", b"gzip, deflate, br, zstd"),
    (b"accept-language", b"en-US,en;q=0.9"),
]


async def application(scope, receive, send):
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


async def receive():
    return {"type": "http.request"}


async def send(message):
    pass


def scope(*headers, method="GET"):
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "", "headers": BROWSER + list(headers),
        "client": ("127.0.0.1", 40000), "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip


def preflight(names=b"x-request-id,x-other"):
    asks = [(b"access-control-request-method", b"PUT"), (b"access-control-request-headers", names)]
    return scope((b"origin", ORIGIN), *asks, method="OPTIONS")


def nanoseconds(app, scopes, calls):
    """Processor time of each call. Nothing here waits, so a coroutine is done after one step."""
    turns = list(itertools.islice(itertools.cycle(scopes), calls))
    start = time.thread_time_ns()
    for turn in turns:
        try:
            app(turn, receive, send).send(None)
        except StopIteration:
            pass
    return (time.thread_time_ns() - start) / calls


def measure(name, scopes, apps):
    """Rounds in which the applications run in turn."""
    progress(name)
    calls = lambda who: 200 if who == "starlette" and "10,000" in name else 2000  # noqa: E731
    gc.disable()
    found = in_turn(ROUNDS, {who: lambda who=who, app=app: nanoseconds(app, scopes, calls(who)) for who, app in apps.items()})
    gc.enable()
    gc.collect()
    return found


def both(count):
    """Starlette searches a list, so the request has the last origin of the list."""
    settings = {
        "allow_origins": [f"https://tenant-{number}.example.com" for number in range(count - 1)] + [ORIGIN.decode()],
        "allow_methods": ["PUT"], "allow_headers": ["X-Request-Id", "X-Other"], "allow_credentials": True,
    }  # fmt: skip
    return {
        "bare": application,
        "starlette": Starlette(application, **settings),
        "corsac": corsac.CORSMiddleware(application, **settings),
    }


def main():
    one, many = both(1), both(10_000)
    asked = scope((b"origin", ORIGIN))
    tenants = [scope((b"origin", b"https://tenant-%d.example.com" % number)) for number in range(9000, 9100)]
    cases = {
        "no Origin": ([scope()], one),
        "1 origin": ([asked], one),
        "100 origins": ([asked], both(100)),
        "10,000 origins": ([asked], many),
        "10,000 origins, another each time": (tenants, many),
        "a refused origin": ([scope((b"origin", b"https://evil.example"))], one),
        "a preflight, in all": ([preflight()], one),
    }
    rows, ordinary = [], None
    for name, (scopes, apps) in cases.items():
        found = measure(name, scopes, apps)
        whole = "preflight" in name
        added = {who: found[who] if whole else [a - b for a, b in zip(found[who], found["bare"])] for who in ("starlette", "corsac")}
        rows.append(row(name, "ns", Measured(added["corsac"]), Measured(added["starlette"]), "Starlette", ratio(added["starlette"], added["corsac"]), kind="time"))
    # What a hostile client sends, against an ordinary preflight.
    hostile = {"ordinary": [preflight()], "names": [preflight(b"," * 2**20)], "origin": [scope((b"origin", b"x" * 2**20))]}
    progress("hostile requests")
    found = in_turn(ROUNDS, {name: lambda scopes=scopes: nanoseconds(one["corsac"], scopes, 500) for name, scopes in hostile.items()})
    for name, case in (("names", "1 MiB of Access-Control-Request-Headers"), ("origin", "1 MiB of Origin")):
        rows.append(row(case, "ns", Measured(found[name]), Measured(found["ordinary"]), "an ordinary preflight", ratio(found[name], found["ordinary"]), kind="time"))
    finish(rows, {"Python": sys.version.split()[0], "Starlette": version("starlette")})


if __name__ == "__main__":
    main()
