"""Runs exchanges in one browser, one after another."""

import asyncio
import contextlib

import addresses
from engine import BrowserFailed
from observe import observed
from server import Run, Server

# Seconds in which a page has to have run an exchange; the page itself gives up earlier.
RUN_SECONDS = 40
MARK_SECONDS = 20
ATTEMPTS = 3

# The paths of the pages that can run exchanges.
PAGE_PATHS = ("/page", "/cspsandbox", "/sandboxparent", "/dataparent")


class Player:
    """A browser with servers of its own. Use it in an `async with`."""

    def __init__(self, engine, certificate):
        self.engine = engine
        self.server = Server(certificate)
        self.page = None
        self.number = 0

    async def __aenter__(self):
        await self.server.__aenter__()
        try:
            await self.engine.__aenter__()
        except BaseException:
            await self.server.__aexit__()
            raise
        return self

    async def __aexit__(self, *exception):
        await self.engine.__aexit__(*exception)
        await self.server.__aexit__()

    async def play(self, exchange, fault=None):
        """Runs an exchange. Returns what the browser did, with the addresses of the written exchange instead of the run's."""
        after = exchange.get("after")
        for attempt in range(ATTEMPTS):
            try:
                self.number += 1
                run = self.server.addresses.to_run(exchange, self.number)
                if after:
                    await self.one(run["after"]["exchange"], fault)
                    await asyncio.sleep(after["seconds"])
                return self.server.addresses.as_written(await self.one(run, fault), self.number)
            except BrowserFailed:
                # A page that is stuck is opened again.
                self.page = None
                if attempt == ATTEMPTS - 1 or self.engine.process.returncode is not None:
                    raise

    async def one(self, exchange, fault):
        await self.show(page_of(exchange))
        run = Run(self.number, exchange, fault)
        job = {"number": self.number, "request": exchange["request"], "marker": self.engine.marker, "settle": self.engine.settle}
        await self.server.start(run, job)
        begin, end = f"corsac begin {self.number}", f"corsac end {self.number}"
        ended = asyncio.create_task(self.engine.process.wait())
        try:
            await asyncio.wait({run.result, ended}, timeout=RUN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            self.server.current = None
        if not run.result.done():
            if self.engine.process.returncode is not None:
                raise BrowserFailed(f"{self.engine.name} ended{self.engine.last_words()}")
            raise BrowserFailed(f"{self.engine.name}: the page did not run the exchange within {RUN_SECONDS} s")
        result = run.result.result()
        if result["outcome"] in ("timeout", "harness-error"):
            with contextlib.suppress(BrowserFailed):
                await self.engine.between(begin, end, MARK_SECONDS)
            raise BrowserFailed(f"{self.engine.name}: {result}")
        messages = await self.engine.between(begin, end, MARK_SECONDS)
        console = self.engine.own_messages(messages)
        return observed(run, result, console, exchange, self.server.addresses)

    async def show(self, page):
        if page == self.page:
            return
        await self.server.retire()
        await self.engine.open(self.server.addresses.run_text(page))
        self.page = page


def page_of(exchange):
    """The address of the page that runs an exchange."""
    url = exchange.get("page_url")
    if url and any(url.endswith(path) for path in PAGE_PATHS):
        return url
    return f"{exchange['page']}/page"


def is_playable(exchange):
    """Whether the harness can run an exchange: it needs a suitable page, a supported kind of request, and enough time.
    """
    after = exchange.get("after")
    if after and (after["seconds"] > 7 or not is_playable(after["exchange"])):
        return False
    if exchange["request"].get("initiator") in ("websocket", "form"):
        return False
    page = page_of(exchange)
    return any(page.endswith(f"{port}{path}") for port in (*addresses.PLAIN, *addresses.TLS) for path in PAGE_PATHS)
