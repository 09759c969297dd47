"""A server that sends exactly the bytes of an exchange, and records what arrives.

It listens on several ports. A page asks it for the exchange to run (`/corsac/next`) and reports what it saw
(`/corsac/done`). Every other request belongs to the exchange that runs.
"""

import asyncio
import json
import socket
import ssl
from pathlib import Path

import addresses
import bodies

HERE = Path(__file__).resolve().parent

# The seconds to wait for the head of a request, and for a poll of the page.
REQUEST_SECONDS = 60
POLL_SECONDS = 20

PAGES = {
    "/page": ([], '<script src="{base}/corsac/client.js"></script>'),
    "/cspsandbox": (
        [("Content-Security-Policy", "sandbox allow-scripts")],
        '<script src="{base}/corsac/client.js"></script>',
    ),
    "/sandboxparent": ([], '<iframe sandbox="allow-scripts" src="{base}/page"></iframe>'),
    "/dataparent": (
        [],
        '<iframe src="data:text/html,<!doctype html><meta charset=utf-8><script src=\'{base}/corsac/client.js\'></script>"></iframe>',
    ),
}
EMPTY = "<!doctype html><meta charset=utf-8><title>corsac</title><link rel=icon href=data:,>"


class Run:
    """One exchange that is being run: its next answers, and the requests that have arrived."""

    def __init__(self, number, exchange, fault):
        self.number = number
        self.initiator = exchange["request"].get("initiator", "fetch")
        self.hops = addresses.hops(exchange)
        self.fault = fault or {}
        self.hop = 0
        self.log = []
        self.result = asyncio.get_running_loop().create_future()

    def answer(self, is_preflight):
        """The exchange's answer to a request that has arrived."""
        preflight, response = self.hops[self.hop] if self.hop < len(self.hops) else (None, None)
        answer = preflight if is_preflight else response
        # Without an answer in the exchange, the server responds without CORS headers.
        return answer or {"status": 404, "headers": [["Content-Length", "0"]]}


class Server:
    """The servers of one browser, for all ports of one run. Use it in an `async with`."""

    def __init__(self, certificate):
        self.certificate = certificate
        self.job = None
        self.current = None
        # The names of the pages that have asked for an exchange, and of those that should stop. Each page chooses its name.
        self.seen, self.retired = set(), set()
        self.changed = asyncio.Condition()
        self.listening = []
        self.open = set()

    async def __aenter__(self):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.certificate)
        ports = {}
        for port in (*addresses.PLAIN, *addresses.TLS):
            context = tls if port in addresses.TLS else None
            # A page on TLS may request a port without TLS. If the browser tries TLS there, the handshake fails, and so does
            # the request.
            server = await asyncio.start_server(self.connection, "127.0.0.1", 0, ssl=context)
            self.listening.append(server)
            ports[port] = server.sockets[0].getsockname()[1]
        # The socket is bound, so that no other program gets the port, but it does not listen.
        self.closed = socket.socket()
        self.closed.bind(("127.0.0.1", 0))
        ports[addresses.CLOSED] = self.closed.getsockname()[1]
        self.addresses = addresses.Addresses(ports)
        return self

    async def __aexit__(self, *_):
        self.closed.close()
        for server in self.listening:
            server.close()
        for task in list(self.open):
            task.cancel()
        await asyncio.gather(*self.open, return_exceptions=True)

    async def start(self, run, job):
        """Gives an exchange to the page."""
        async with self.changed:
            self.current, self.job = run, job
            self.changed.notify_all()

    async def retire(self):
        """Gives no more exchanges to the pages that are open now. Otherwise, such a page could still take an exchange
        of the next page before it is closed.
        """
        async with self.changed:
            self.retired |= self.seen
            self.job = None
            self.changed.notify_all()

    async def next_job(self, page):
        """What a page that asks should do."""
        self.seen.add(page)
        async with self.changed:
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self.changed.wait_for(lambda: self.job is not None or page in self.retired)
            except TimeoutError:
                return {"wait": True}
            if page in self.retired:
                return {"stop": True}
            job, self.job = self.job, None
            return job

    # --- connections ----------------------------------------------------------------------------------------------

    async def connection(self, reader, writer):
        task = asyncio.current_task()
        self.open.add(task)
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                request = await read_request(reader)
            if request is not None:
                await self.respond(request, writer)
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            pass
        except asyncio.CancelledError:
            # The run is over. asyncio would report the cancelled task of a connection as an error.
            pass
        finally:
            self.open.discard(task)
            writer.close()

    async def respond(self, request, writer):
        method, target, headers, body = request
        path = target.partition("?")[0]
        scheme = "https" if writer.get_extra_info("ssl_object") else "http"
        base = f"{scheme}://{headers.get('host', '')}"
        if path in PAGES:
            more, content = PAGES[path]
            await say(writer, [("Content-Type", "text/html; charset=utf-8"), *more], (EMPTY + content.replace("{base}", base)).encode())
        elif path == "/corsac/client.js":
            await say(writer, [("Content-Type", "text/javascript; charset=utf-8")], (HERE / "client.js").read_bytes())
        elif path == "/corsac/next":
            job = await self.next_job(target.partition("?")[2])
            await say(writer, [("Content-Type", "application/json")], json.dumps(job).encode())
        elif path == "/corsac/done":
            result = json.loads(body)
            run = self.current
            if run is not None and result.get("number") == run.number and not run.result.done():
                run.result.set_result(result)
            await say(writer, [("Content-Type", "text/plain")], b"")
        elif path == "/favicon.ico":
            await say(writer, [], b"")
        elif self.current is not None and target.startswith(f"/x{self.current.number}"):
            await self.exchange(self.current, request, writer)
        # Any other request is a late one, of an exchange that is over.

    async def exchange(self, run, request, writer):
        method, target, headers, body = request
        is_preflight = method == "OPTIONS" and "access-control-request-method" in headers
        answer = run.answer(is_preflight)
        run.log.append({"hop": run.hop, "preflight": is_preflight, "method": method, "headers": headers, "error": answer.get("error")})
        if "error" in answer:
            await fail(answer["error"], run.fault.get("how"), headers.get("origin", "*"), writer)
            return
        if not is_preflight and is_redirect(answer) and run.hop + 1 < len(run.hops):
            run.hop += 1
        if run.fault.get("delay"):
            await asyncio.sleep(run.fault["delay"])
        lines = [f"HTTP/1.1 {answer['status']} Some\r\n".encode("latin-1")]
        lines += [f"{name}: {value}\r\n".encode("latin-1") for name, value in answer.get("headers") or []]
        content = bodies.of(run.initiator, answer) if not is_preflight else bodies.empty(answer)
        bodiless = method == "HEAD" or answer["status"] in (204, 304) or answer["status"] < 200
        writer.write(b"".join(lines) + b"\r\n" + (b"" if bodiless else content))
        await writer.drain()


def is_redirect(answer):
    names = {name.strip().lower() for name, _ in answer.get("headers") or []}
    return answer["status"] in (301, 302, 303, 307, 308) and "location" in names


async def read_request(reader):
    """A request as (method, target, headers by name in lower case, body); None if nothing came."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, target, _ = first.split(" ", 2)
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return method, target, headers, body


async def say(writer, headers, body):
    """An answer of the harness itself, which every page may read."""
    lines = [("Access-Control-Allow-Origin", "*"), ("Cache-Control", "no-store"), ("Content-Length", len(body)), ("Connection", "close")]
    head = "HTTP/1.1 200 OK\r\n" + "".join(f"{name}: {value}\r\n" for name, value in [*lines, *headers])
    writer.write(head.encode() + b"\r\n" + body)
    await writer.drain()


async def fail(error, how, origin, writer):
    """Sends no answer, or half of one that every page could read if it were complete."""
    if how == "half-headers":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Ty")
        await writer.drain()
    elif error == "incomplete":
        cors = [f"Access-Control-Allow-Origin: {origin}", "Access-Control-Allow-Credentials: true"]
        lines = ["HTTP/1.1 200 OK", *cors, "Content-Length: 500"]
        writer.write("\r\n".join([*lines, "", "half"]).encode())
        await writer.drain()
    elif error == "timeout":
        await asyncio.sleep(REQUEST_SECONDS)
    elif how == "reset":
        connection = writer.get_extra_info("socket")
        # This resets the connection instead of closing it properly.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()
