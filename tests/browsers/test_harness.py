"""The harness itself.

Servers hang or close, pages never load, and browsers are missing, do not start, or do not end.
"""

import asyncio
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings-python" / "python"))

import addresses  # noqa: E402
import engine  # noqa: E402
import player  # noqa: E402
import run  # noqa: E402
import server  # noqa: E402
import suite  # noqa: E402
from engine import BrowserFailed, BrowserMissing, Engine  # noqa: E402
from observe import differing, modelled  # noqa: E402

EXCHANGE = {"page": suite.PAGE, "request": {"url": f"{suite.API}/items"}, "response": suite.GOOD}


class Idle(Engine):
    """A browser that starts and shows nothing."""

    name, packages = "idle", "idle-browser"
    command = ("sleep", "60")

    async def launch(self):
        await self.spawn(*self.command)
        self.version = "0"

    async def open(self, url):
        pass


class Stubborn(Idle):
    command = ("sh", "-c", "trap '' TERM; sleep 60 & wait; sleep 60")


class Ended(Idle):
    command = ("sh", "-c", "echo no display; exit 1")


class Slow(Idle):
    async def launch(self):
        await self.spawn(*self.command)
        await asyncio.sleep(60)


class Missing(Idle):
    async def launch(self):
        self.find("no-such-browser")


class Harness(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.certificate = run.certificate_in(Path(cls.folder))

    async def fails(self, made, *words):
        """Asserts that playing fails soon, with this message."""
        with self.assertRaises(BrowserFailed) as failed:
            async with asyncio.timeout(20), player.Player(made, self.certificate) as playing:
                await playing.play(EXCHANGE)
        for word in words:
            self.assertIn(word, str(failed.exception))
        self.assertIsNotNone(made.process.returncode)

    async def test_a_page_that_never_loads(self):
        with mock.patch.object(player, "RUN_SECONDS", 0.2):
            await self.fails(Idle(), "did not run the exchange within")

    async def test_a_browser_that_ends(self):
        await self.fails(Ended(), "idle ended: no display")

    async def test_a_browser_that_does_not_start(self):
        with mock.patch.object(engine, "START_SECONDS", 0.2):
            await self.fails(Slow(), "did not start within 0.2 s")

    async def test_a_browser_that_ignores_signals(self):
        with mock.patch.object(player, "RUN_SECONDS", 0.2):
            await self.fails(Stubborn())

    async def test_a_browser_that_is_not_installed(self):
        with self.assertRaises(BrowserMissing) as missing:
            async with player.Player(Missing(), self.certificate):
                pass
        words = "no-such-browser is not installed; type: apt-get install -y --no-install-recommends idle-browser"
        self.assertEqual(str(missing.exception), words)

    async def test_a_server_that_hangs(self):
        hangs = {**EXCHANGE, "response": {"error": "timeout"}}
        with mock.patch.object(player, "RUN_SECONDS", 3), mock.patch.object(player, "ATTEMPTS", 1), self.assertRaises(BrowserFailed):
            async with asyncio.timeout(engine.START_SECONDS), player.Player(run.Chromium(), self.certificate) as playing:
                await playing.play(hangs)

    async def asked(self, exchange, fault=None):
        """What the server sends for an exchange, as bytes."""
        async with server.Server(self.certificate) as servers:
            await servers.start(server.Run(1, servers.addresses.to_run(exchange, 1), fault), {})
            reader, writer = await asyncio.open_connection("127.0.0.1", servers.addresses.ports[9102])
            writer.write(b"GET /x1/items HTTP/1.1\r\nHost: localhost\r\n\r\n")
            async with asyncio.timeout(5):
                try:
                    return await reader.read()
                except ConnectionResetError:
                    return None
                finally:
                    writer.close()

    async def test_servers_send_exactly_what_an_exchange_says(self):
        answer = {"status": 299, "headers": [["x-A", "1"], ["X-a", "\u00fc"], ["Content-Length", "3"]]}
        self.assertEqual(await self.asked({**EXCHANGE, "response": answer}), b"HTTP/1.1 299 Some\r\nx-A: 1\r\nX-a: \xfc\r\nContent-Length: 3\r\n\r\nhel")
        self.assertEqual(await self.asked({**EXCHANGE, "response": {"error": "connection"}}), b"")
        self.assertIsNone(await self.asked({**EXCHANGE, "response": {"error": "connection"}}, {"how": "reset"}))
        half = await self.asked({**EXCHANGE, "response": {"error": "incomplete"}})
        self.assertTrue(half.endswith(b"Content-Length: 500\r\n\r\nhalf"))
        self.assertNotIn(b"\r\n\r\n", await self.asked({**EXCHANGE, "response": {"error": "incomplete"}}, {"how": "half-headers"}))

    def test_addresses_go_there_and_back(self):
        ports = {known: 40000 + index for index, known in enumerate(addresses.KNOWN)}
        places = addresses.Addresses(ports)
        written = {**EXCHANGE, "response": suite.location(302, "/moved")(suite.GOOD)}
        there = places.to_run(written, 7)
        self.assertEqual(there["request"]["url"], "http://localhost:40001/x7/items")
        self.assertEqual(there["response"]["headers"][0], ["Location", "/x7/moved"])
        self.assertEqual(places.as_written(there, 7), written)

    def test_the_suite_is_the_recorded_one(self):
        self.assertEqual(run.stale_suite(), [])
        names = [entry["id"] for entry in run.entries()]
        self.assertGreaterEqual(len(suite.generate()), 1000)
        self.assertEqual(len(names), len(set(names)))

    def test_the_sample_has_each_kind(self):
        chosen = [entry["exchange"] for entry in run.sample(run.entries())]
        for kind, is_one in run.KINDS.items():
            self.assertTrue(any(map(is_one, chosen)), kind)
        model = [run.predicted(exchange, name) for exchange in chosen for name in run.ENGINES]
        self.assertTrue(any(fields["console"] for fields in model))

    def test_each_field_is_compared(self):
        fields = run.predicted(EXCHANGE, "chromium")
        self.assertEqual(differing(fields, fields), [])
        changed = {"verdict": "blocked", "preflight_sent": True, "preflights": [{"hop": 0}], "readable_headers": ["x"], "console": ["x"]}
        for field, value in changed.items():
            self.assertEqual(differing({**fields, field: value}, fields), [field])
        self.assertEqual(set(changed), set(modelled({"verdict": "", "preflights": [], "readable_headers": [], "console": []})))

    def test_a_certificate_that_cannot_be_made_is_an_error(self):
        with self.assertRaises(subprocess.CalledProcessError):
            run.certificate_in(Path(self.folder) / "missing")


if __name__ == "__main__":
    unittest.main()
