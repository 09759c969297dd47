"""Requests of all kinds through one nginx."""

import subprocess
import unittest

import context
from context import ALLOWED, APP, EVIL, OTHER, PREFLIGHT, PREFLIGHT_ANSWER, PREFLIGHT_VARY
from server import exchange, send

ORIGIN = [("Origin", APP)]
REFUSED = [("vary", "Origin")]


class Requests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.nginx, cls.backend, cls.ports = context.start()
        cls.port = cls.ports["port"]

    @classmethod
    def tearDownClass(cls):
        cls.nginx.stop()
        cls.backend.shutdown()
        cls.backend.server_close()

    def get(self, path, headers=ORIGIN, method="GET", port="port"):
        return send(self.ports[port], method, path, headers)

    def preflight(self, path, headers=PREFLIGHT, port="port"):
        return send(self.ports[port], "OPTIONS", path, headers)

    def test_preflights_are_answered_before_a_location_does_anything(self):
        for path in (
            "/page.txt", "/", "/none", "/return", "/if", "/set", "/codes/500", "/deny", "/auth", "/basic", "/limited", "/try/x",
            "/named/x", "/api/x", "/api", "/folder", "/dead", "/intercepted/x", "/keep/x", "/added", "/nested", "/gzip/page.txt",
            "/cached/x", "/put", "/check",
        ):  # fmt: skip
            with self.subTest(path):
                seen = self.backend.seen
                answer = self.preflight(path)
                self.assertEqual((answer.status, answer.body), (204, b""))
                vary = "Accept-Language, " * (path == "/added") + PREFLIGHT_VARY
                self.assertEqual(answer.cors(), [*PREFLIGHT_ANSWER[:-1], ("vary", vary)])
                self.assertEqual(answer.all("content-length") + answer.all("content-type") + answer.all("location"), [])
                self.assertEqual(self.backend.seen, seen, "the backend was asked")

    def test_a_preflight_with_a_body_leaves_the_connection_in_order(self):
        answer = send(self.port, "OPTIONS", "/api/x", PREFLIGHT, b"body")
        self.assertEqual(answer.status, 204)
        big = send(self.port, "OPTIONS", "/slow-body", PREFLIGHT, b"x" * 100)
        self.assertEqual((big.status, big.cors()), (204, PREFLIGHT_ANSWER))
        big = send(self.port, "OPTIONS", "/too-large", PREFLIGHT, b"x" * 100)
        self.assertEqual(big.status, 204)
        big = send(self.port, "POST", "/too-large", ORIGIN, b"x" * 100)
        self.assertEqual(big.status, 413)

    def test_a_refused_preflight_says_why(self):
        for path in ("/page.txt", "/return", "/api", "/check"):
            answer = self.preflight(path, [("Origin", EVIL), *PREFLIGHT[1:]])
            self.assertEqual((answer.status, answer.body), (403, b"corsac: origin-not-allowed\n"), path)
            self.assertEqual(answer.all("content-type"), ["text/plain; charset=utf-8"])
            self.assertEqual(answer.cors(), [("vary", PREFLIGHT_VARY)])

    def test_a_status_of_200_has_a_length(self):
        answer = self.preflight("/off/other/x", [("Origin", OTHER), *PREFLIGHT[1:]])
        self.assertEqual((answer.status, answer.all("content-length"), answer.body), (200, ["0"], b""))

    def test_a_plain_options_reaches_the_application(self):
        answer = self.get("/api/x", method="OPTIONS")
        self.assertEqual((answer.status, answer.body), (200, b"OPTIONS /api/x"))
        self.assertIn(("access-control-allow-origin", APP), answer.cors())

    def test_headers_are_on_every_status(self):
        for code in context.CODES:
            with self.subTest(code):
                answer = self.get(f"/codes/{code}")
                self.assertEqual(answer.status, code)
                self.assertEqual(answer.cors(), ALLOWED)
                self.assertEqual(self.get(f"/codes/{code}", [("Origin", EVIL)]).cors(), REFUSED)

    def test_headers_are_on_responses_that_nginx_itself_makes(self):
        for path, status in [
            ("/page.txt", 200), ("/none", 404), ("/deny", 403), ("/auth", 401), ("/basic", 401), ("/api", 301), ("/folder", 301),
            ("/dead", 502), ("/try/x", 200), ("/check", 404), ("/nested", 404),
        ]:  # fmt: skip
            with self.subTest(path):
                answer = self.get(path)
                self.assertEqual((answer.status, answer.cors()), (status, ALLOWED))
        self.assertEqual(self.get("/page.txt", method="POST").cors(), ALLOWED)
        self.assertEqual(self.get("/limited", method="PUT").status, 403)

    def test_headers_are_on_304_and_206(self):
        etag = self.get("/page.txt").all("etag")[0]
        answer = self.get("/page.txt", [*ORIGIN, ("If-None-Match", etag)])
        self.assertEqual((answer.status, answer.cors()), (304, ALLOWED))
        for value, status in (("bytes=0-3", 206), ("bytes=9999-", 416)):
            answer = self.get("/page.txt", [*ORIGIN, ("Range", value)])
            self.assertEqual((answer.status, answer.cors()), (status, ALLOWED))

    def test_headers_are_on_the_error_for_an_unreadable_request(self):
        answer = self.get("/page.txt", [*ORIGIN, ("Host", "a/b")])
        self.assertEqual((answer.status, answer.cors()), (400, ALLOWED))
        self.assertEqual(self.preflight("/page.txt", [*PREFLIGHT, ("Host", "a/b")]).status, 400)

    def test_bytes_that_are_not_a_request(self):
        for raw in (b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"get / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /\r\n"):
            got = exchange(self.port, raw)
            self.assertIn(b"400 Bad Request" if b"HTTP" in raw or b"GARB" in raw else b"index", got)

    def test_several_requests_on_one_connection(self):
        lines = "".join(f"{name}: {value}\r\n" for name, value in PREFLIGHT)
        preflight = f"OPTIONS /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n{lines}\r\nbody"
        moved = f"OPTIONS /api HTTP/1.1\r\nHost: x\r\n{lines}\r\n"
        refused = preflight.replace(APP, EVIL)
        last = f"GET /return HTTP/1.1\r\nHost: x\r\nOrigin: {APP}\r\nConnection: close\r\n\r\n"
        got = exchange(self.port, (preflight + moved + refused + preflight + last).encode())
        heads = [part.split(b"\r\n")[0] for part in got.split(b"HTTP/1.1 ")[1:]]
        self.assertEqual(heads, [b"204 No Content", b"204 No Content", b"403 Forbidden", b"204 No Content", b"200 OK"])
        self.assertTrue(got.endswith(b"returned"))

    def test_many_lines_of_a_header_are_bounded(self):
        many = [*PREFLIGHT, *[("Access-Control-Request-Headers", "x-token")] * 200]
        answer = self.preflight("/reason", many)
        self.assertEqual((answer.status, answer.all("x-reason")), (204, ["preflight-headers-malformed"]))

    def test_an_internal_redirect_of_the_backend_uses_the_policy_of_its_target(self):
        answer = self.get("/accel/x")
        self.assertEqual((answer.status, answer.all("access-control-allow-origin")), (200, [APP]))
        self.assertTrue(answer.body.startswith(b"page"))

    def test_error_pages_keep_the_policy_of_the_location_that_failed(self):
        for path in ("/dead", "/dead-named", "/intercepted/status/500"):
            self.assertEqual(self.get(path).cors()[:3], ALLOWED[:3], path)
        self.assertEqual(self.get("/dead").body, b"sorry")
        other = self.get("/dead-other", [("Origin", OTHER)])
        self.assertEqual((other.status, other.cors()), (502, [("access-control-allow-origin", OTHER), *REFUSED]))
        self.assertEqual(self.get("/page", port="partly").cors(), ALLOWED)

    def test_an_error_page_does_not_change_the_method_of_the_decision(self):
        answer = self.get("/dead", method="OPTIONS")
        self.assertEqual(answer.all("vary"), [PREFLIGHT_VARY])

    def test_the_backends_own_headers_are_removed(self):
        for origin, expected in ((APP, ALLOWED[:3]), (EVIL, [])):
            for path in ("/api/x", "/api/status/500", "/named/x", "/if", "/cached/x"):
                answer = self.get(path, [("Origin", origin)])
                self.assertEqual(answer.cors(), [*expected, ("vary", "Accept-Language, Cookie, Origin")], (path, origin))
        answer = self.get("/api/names-origin")
        self.assertEqual(answer.all("vary"), ["Accept-Language, Cookie, origin"])

    def test_the_backends_own_headers_stay_if_the_policy_says_so(self):
        answer = self.get("/keep/x")
        self.assertEqual(answer.all("access-control-allow-origin"), ["https://wrong.example", "*"])
        self.assertEqual(answer.all("access-control-allow-credentials"), ["maybe"])
        self.assertEqual(answer.all("vary"), ["Accept-Language, Cookie, Origin"])

    def test_no_header_of_ours_is_added_to_an_origin_that_stays(self):
        answer = self.get("/keep/alone")
        self.assertEqual(answer.all("access-control-allow-origin"), ["https://wrong.example", "*"])
        self.assertEqual(answer.all("access-control-allow-credentials") + answer.all("access-control-expose-headers"), [])

    def test_add_header_cannot_make_a_second_line(self):
        answer = self.get("/added")
        self.assertEqual(answer.cors(), [*ALLOWED[:3], ("vary", "Accept-Language, Origin")])

    def test_a_nested_add_header_removes_nothing(self):
        self.assertEqual(self.get("/nested").cors(), ALLOWED)
        self.assertEqual(self.get("/if?x=1").all("x-if"), ["yes"])
        self.assertEqual(self.get("/if?x=1").all("access-control-allow-origin"), [APP])

    def test_gzip_and_vary(self):
        answer = self.get("/gzip/page.txt", [*ORIGIN, ("Accept-Encoding", "gzip")])
        self.assertEqual(answer.all("content-encoding"), ["gzip"])
        self.assertEqual(answer.all("vary"), ["Accept-Encoding, Origin"])
        answer = self.get("/zipped/x", [*ORIGIN, ("Accept-Encoding", "gzip")])
        self.assertEqual(answer.all("vary"), ["Accept-Language, Cookie, Accept-Encoding, Origin"])
        answer = self.preflight("/gzip/page.txt", [("Origin", EVIL), *PREFLIGHT[1:]])
        self.assertEqual(answer.status, 403)

    def test_a_cached_response_gets_a_new_decision(self):
        path = "/cached/anew"
        first, second, third = (self.get(path, [("Origin", origin)]) for origin in (APP, EVIL, "https://a.app.example.com"))
        self.assertEqual([answer.all("x-cache") for answer in (first, second, third)], [["MISS"], ["HIT"], ["HIT"]])
        self.assertEqual(first.all("access-control-allow-origin"), [APP])
        self.assertEqual(second.all("access-control-allow-origin"), [])
        self.assertEqual(third.all("access-control-allow-origin"), ["https://a.app.example.com"])

    def test_off_is_inherited_and_can_be_undone(self):
        answer = self.get("/off/x")
        self.assertEqual(answer.all("access-control-allow-origin"), ["https://wrong.example", "*"])
        self.assertEqual(answer.all("vary"), ["Accept-Language", "Cookie"])
        self.assertEqual(self.preflight("/off/x").body, b"OPTIONS /off/x")
        answer = self.get("/off/other/x", [("Origin", OTHER)])
        self.assertEqual(answer.all("access-control-allow-origin"), [OTHER])

    def test_a_location_without_policy_is_not_changed(self):
        answer = self.get("/x", port="partly")
        self.assertEqual((answer.body, answer.cors()), (b"none", []))
        self.assertEqual(self.preflight("/x", port="partly").body, b"none")

    def test_the_last_location_with_a_directive_counts(self):
        answer = self.get("/app", [("Origin", OTHER)], port="partly")
        self.assertEqual(answer.all("access-control-allow-origin"), [OTHER])
        answer = self.get("/fallback/x", [("Origin", OTHER)], port="partly")
        self.assertEqual((answer.status, answer.all("access-control-allow-origin")), (200, [OTHER]))

    def test_a_servers_own_return_does_not_answer_preflights(self):
        answer = self.preflight("/x", port="moved")
        self.assertEqual((answer.status, answer.cors(), answer.all("location")), (204, PREFLIGHT_ANSWER, []))
        answer = self.preflight("/x", [("Origin", EVIL), *PREFLIGHT[1:]], port="moved")
        self.assertEqual((answer.status, answer.body), (403, b"corsac: origin-not-allowed\n"))
        answer = self.get("/x", port="moved")
        self.assertEqual((answer.status, answer.cors()), (301, ALLOWED))

    def test_any_origin_has_no_vary(self):
        self.assertEqual(self.get("/any").cors(), [("access-control-allow-origin", "*")])
        self.assertEqual(self.get("/any", []).cors(), [("access-control-allow-origin", "*")])

    def test_repeated_lines_are_one_value(self):
        self.assertEqual(self.get("/return", ORIGIN * 2).cors(), REFUSED)
        twice = [*PREFLIGHT[:2], ("Access-Control-Request-Headers", "x-token"), ("access-control-request-headers", "accept")]
        self.assertEqual(self.preflight("/reason", twice).all("x-reason"), ["preflight-allowed"])
        twice = [*twice, ("Access-Control-Request-Headers", "x-other")]
        self.assertEqual(self.preflight("/reason", twice).all("x-reason"), ["preflight-header-not-allowed"])

    def test_variables(self):
        for number, (headers, reason) in enumerate(
            [(ORIGIN, "origin-allowed"), ([("Origin", EVIL)], "origin-not-allowed"), ([], "no-origin")]
        ):
            self.assertEqual(self.get("/reason", headers).all("x-reason"), [reason])
            self.get(f"/api/logged-{number}", headers)
        self.preflight("/api/logged-3")
        self.get("/off/logged-4")
        log = (self.nginx.prefix / "logs" / "access.log").read_text()
        for line in (
            f"GET /api/logged-0 200 [origin-allowed] [{APP}]", f"GET /api/logged-1 200 [origin-not-allowed] [{EVIL}]",
            "GET /api/logged-2 200 [no-origin] [-]", f"OPTIONS /api/logged-3 204 [preflight-allowed] [{APP}]",
            "GET /off/logged-4 200 [-] [-]",
        ):  # fmt: skip
            self.assertIn(line, log)

    def test_http2(self):
        def curl(*arguments):
            command = ["curl", "-sS", "-i", "--http2-prior-knowledge", *arguments]
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout.replace("\r", "")

        base = f"http://127.0.0.1:{self.ports['h2']}"
        head = curl("-H", f"Origin: {APP}", base + "/api/x")
        self.assertTrue(head.startswith("HTTP/2 200"), head)
        for name, value in [*ALLOWED[:3], ("vary", "Accept-Language, Cookie, Origin")]:
            self.assertEqual(head.count(f"\n{name}:"), 1, head)
            self.assertIn(f"\n{name}: {value}\n", head)
        preflight = [part for name, value in PREFLIGHT for part in ("-H", f"{name}: {value}")]
        head = curl("-X", "OPTIONS", *preflight, base + "/return")
        self.assertTrue(head.startswith("HTTP/2 204"), head)
        for name, value in PREFLIGHT_ANSWER:
            self.assertIn(f"\n{name}: {value}\n", head)
        moved = f"http://127.0.0.1:{self.ports['moved2']}/x"
        self.assertTrue(curl("-X", "OPTIONS", *preflight, moved).startswith("HTTP/2 204"))
        for url in (base + "/return", moved):
            head = curl("-X", "OPTIONS", "-H", f"Origin: {EVIL}", *preflight[2:], url)
            self.assertTrue(head.startswith("HTTP/2 403") and head.endswith("corsac: origin-not-allowed\n"), head)

    def test_nothing_was_logged_as_an_error_of_ours(self):
        self.assertNotIn("corsac: no decision", self.nginx.errors())
        self.assertNotIn("[alert]", self.nginx.errors())


if __name__ == "__main__":
    unittest.main()
