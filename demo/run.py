#!/usr/bin/env python3
"""One policy, three servers, a real browser.

    python3 demo/run.py           builds everything, starts the servers and the page, runs until Ctrl-C
    ONCE=1 python3 demo/run.py    lets headless Chromium run the page, prints the matrix, fails if a cell differs

Ports: DEMO_PAGE_PORT, DEMO_PYTHON_PORT, DEMO_NODE_PORT, DEMO_C_PORT. To give one server another policy and see its
cells differ: DEMO_PYTHON_POLICY, DEMO_NODE_POLICY, DEMO_C_POLICY. Every failure is reported in one line, and no process
is left running.
"""

import json
import os
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import build
import once
from servers import Servers, require_free
from settings import OUT, ROOT, Settings, Stop, page_policy, server_policies
from web import Site, Web

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CASES = Path(__file__).resolve().parent / "cases.json"


def site_of(settings):
    """The data of the page; corsac's own Python binding evaluates the policy."""
    from corsac import Policy

    file = page_policy(settings)
    return Site(settings, Policy.from_file(file), file.read_text(), json.loads(CASES.read_text()))


@contextmanager
def running(settings, policies):
    """The page and the three servers, each with its policy file."""
    require_free(settings.page_port, "the page", "DEMO_PAGE_PORT")
    with Servers(settings, policies) as servers, Web(site_of(settings)):
        yield servers


def serve(settings, policies):
    with running(settings, policies) as servers:
        print("The page, from an origin that the policy allows, and from one that it does not:\n")
        for page, origin in settings.pages.items():
            print(f"  {origin}/   {page}")
        print("\nThe servers:\n")
        for server in settings.servers:
            policy = os.path.relpath(policies[server.id], ROOT)
            print(f"  {server.url}/api/hello   {server.title}: {server.stack} ({server.code}, {policy})")
        print("\nCtrl-C stops everything.", flush=True)
        while True:
            servers.check()
            time.sleep(0.2)


def interrupt(*_):
    """The first signal stops the demo in order; later signals are ignored."""
    for which in STOPPING:
        signal.signal(which, signal.SIG_IGN)
    raise KeyboardInterrupt


def main():
    for which in STOPPING:
        signal.signal(which, interrupt)
    headless = os.environ.get("ONCE", "") not in ("", "0")
    try:
        settings = Settings.from_environment()
        policies = server_policies(settings)
        start = time.monotonic()
        print("Building … (the first time takes some minutes)", flush=True)
        build.prepare(headless)
        print(f"Ready in {time.monotonic() - start:.0f} s.\n", flush=True)
        if not headless:
            serve(settings, policies)
        # Pictures of a run with another policy go elsewhere.
        shots = OUT if set(policies.values()) == {page_policy(settings)} else OUT / "other-policy"
        with running(settings, policies) as servers:
            return 1 if once.run(settings, servers, shots) else 0
    except Stop as stop:
        print(f"demo: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
        return 130 if headless else 0


if __name__ == "__main__":
    sys.exit(main())
