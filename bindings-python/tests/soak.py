#!/usr/bin/env python3
"""Loads uvicorn with `wrk` and with clients that disconnect, and checks its memory and its output.

Usage: python tests/soak.py [seconds]

Exits with 1 if a request fails, the server prints an error, or its memory grows. `wrk` is a Debian package.
"""

import asyncio
import contextlib
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from serving import Server

ORIGIN = "https://app.example.com"
PAGE = 4096


def resident(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * PAGE


async def going_away(port: int, stop: threading.Event) -> int:
    """Clients that send a request and close at once, before or during the response."""
    gone = 0
    asking = f"GET /stream HTTP/1.1\r\nHost: x\r\nOrigin: {ORIGIN}\r\n\r\n".encode()
    while not stop.is_set():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asking)
        with contextlib.suppress(OSError):
            await writer.drain()
            if gone % 2:
                await reader.read(10)
        writer.transport.abort()
        gone += 1
        await asyncio.sleep(0.001)
    return gone


def load(port: int, seconds: int) -> str:
    """The output of `wrk`, while other clients disconnect."""
    wrk = shutil.which("wrk")
    if wrk is None:
        sys.exit("wrk is missing; run as root: apt-get install wrk")
    stop = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(going_away(port, stop)))
    thread.start()
    try:
        command = [wrk, "-t1", "-c32", f"-d{seconds}s", "-H", f"Origin: {ORIGIN}", f"http://127.0.0.1:{port}/"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    finally:
        stop.set()
        thread.join()


def main(seconds: int) -> int:
    server = Server("uvicorn", "--port", "{port}", "--no-access-log", "--log-level", "warning", "server_apps:wrapped")
    try:
        server.wait()
        load(server.port, max(1, seconds // 10))
        before = resident(server.process.pid)
        printed = load(server.port, seconds)
        grown = resident(server.process.pid) - before
        answer = server.ask("GET", "/", origin=ORIGIN)
    finally:
        rest = server.stop()
    requests = re.search(r"(\d+) requests in", printed)
    # The loss of an application's own header is logged once; this application sets none.
    wrong = [line for line in (printed + rest).splitlines() if re.search(r"(?i)error|exception|Non-2xx|warning", line)]
    print(f"{requests[1] if requests else 0} requests in {seconds} s, {grown // 1024} KiB more")
    print(*wrong, sep="\n")
    fine = (
        requests and not wrong and grown < 8 * 1024 * 1024 and answer.cors()["access-control-allow-origin"] == [ORIGIN]
    )
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
