"""A worker remembers the last decisions of each policy, and the lines that it added. Each response is as if nothing were remembered."""

import http.server
import random
import threading
import time
import unittest

import context
from context import APP, EVIL, FOREIGN
from server import Nginx, free_port, send

SUB = "https://sub.example.com"
WWW = "https://www.example.com"
POLICY = """
allow_origins = ["https://app.example.com", "https://*.example.com"]
allow_methods = ["PUT", "DELETE"]
allow_headers = ["X-Token"]
allow_credentials = true
expose_headers = ["ETag"]
protection = { writes = "reject", websockets = "reject" }

[[routes]]
path = "/public/{*rest}"
allow_origins = ["*"]
allow_credentials = false
allow_methods = ["GET"]

[[routes]]
path = "/none/{*rest}"
allow_origins = []
"""
FILES = {
    "app.toml": POLICY,
    # Its lines are longer than what is remembered.
    "long.toml": 'allow_origins = ["https://app.example.com"]\nexpose_headers = [%s]\n' % ", ".join(f'"X-Header-Number-{number}"' for number in range(80)),
    "plain.toml": 'allow_origins = ["https://app.example.com"]\nallow_private_network = true\n',
    "html/page.txt": "page " * 50,
}
HTTP = """
log_format sent '$request_uri $sent_http_access_control_allow_origin';
default_type text/plain;
root html;
server {
    listen 127.0.0.1:%(port)d;
    access_log logs/access.log sent;
    corsac_policy app.toml;
    location / { try_files /page.txt =404; }
    location /public/ { return 200 "public"; }
    location /none/ { return 200 "none"; }
    location /plain/ { corsac_policy plain.toml; return 200 "plain"; }
    location /long/ { corsac_policy long.toml; return 200 "long"; }
    location /keep/ { corsac_hide_upstream off; proxy_pass %(backend)s; }
    location /upstream/ { proxy_pass %(backend)s; }
    location /failed/ { error_page 404 /page.txt; return 404; }
    location /named/ { try_files /nothing @named; }
    location @named { corsac_policy plain.toml; return 200 "named"; }
    location /gzip/ { gzip on; gzip_vary on; gzip_min_length 1; gzip_types *; try_files /page.txt =404; }
    location /added/ { add_header Vary Accept-Language; add_header Access-Control-Allow-Origin foreign; return 200 "x"; }
    location /off/ { corsac off; return 200 "off"; }
}
"""
PLACES = [
    "/", "/page.txt", "/public/x", "/none/x", "/plain/x", "/long/x", "/keep/x", "/upstream/x", "/upstream/own", "/failed/x", "/named/x", "/gzip/x", "/added/x",
    "/off/x", "/public/%2e%2e/none/x",
]  # fmt: skip
# The texts of a request with this query are longer than what is remembered, and no policy reads a query.
FORGOTTEN = "?" + "x" * 1100


class Upstream(http.server.ThreadingHTTPServer):
    """An application that has CORS headers of its own only for `/own`, and one of them for `/age`. The response to `/slow`,
    and the body of the response to `/later`, wait until the test releases them."""

    daemon_threads = True

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            if "/slow" in self.path:
                self.server.waiting.set()
                self.server.may_answer.wait(10)
            self.send_response(200)
            for name, value in FOREIGN if "/own" in self.path else []:
                self.send_header(name, value)
            if "/age" in self.path:
                self.send_header("Access-Control-Max-Age", "99")
            self.send_header("Content-Length", "4" if "/later" in self.path else "0")
            self.end_headers()
            if "/later" in self.path:
                self.server.waiting.set()
                self.server.may_answer.wait(10)
                self.wfile.write(b"body")

        do_GET = do_HEAD = do_POST = do_PUT = do_OPTIONS = answer

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.waiting, self.may_answer = threading.Event(), threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()


def request(choose):
    method = choose.choice(["GET", "GET", "GET", "HEAD", "POST", "PUT", "OPTIONS"])
    origin = choose.choice([None, APP, APP, SUB, EVIL, "null", "", "https://app.example.com.", "https://" + "a" * 1200])
    headers = [] if origin is None else [("Origin", origin)] * choose.choice([1, 1, 1, 2])
    for name, values in [
        ("Access-Control-Request-Method", ["GET", "PUT", "", "PATCH"]),
        ("Access-Control-Request-Headers", ["x-token", "x-token,x-other", "x" * 1100, ""]),
        ("Access-Control-Request-Private-Network", ["true", "false"]),
        ("Sec-Fetch-Site", ["cross-site", "same-origin", "none", ""]),
        ("Upgrade", ["websocket", "h2c"]),
        ("Sec-WebSocket-Key", ["dGhlIHNhbXBsZSBub25jZQ=="]),
        ("Host", ["localhost", "app.example.com", "other.example"]),
        ("Accept-Encoding", ["gzip"]),
        ("Cookie", ["a=b"]),
    ]:
        if choose.random() < (0.9 if method == "OPTIONS" and name.endswith("Method") else 0.2):
            headers += [(name, value) for value in choose.choices(values, k=1 if name in ("Host", "Sec-WebSocket-Key") else choose.choice([1, 1, 1, 2]))]
    return method, choose.choice(PLACES), headers


class Memory(unittest.TestCase):
    def setUp(self):
        self.upstream = Upstream()
        self.port = free_port()
        settings = {"port": self.port, "backend": f"http://127.0.0.1:{self.upstream.server_address[1]}"}
        # Each worker remembers decisions of its own, so there is only one.
        self.nginx = Nginx(context.MODULE, FILES, HTTP % settings, workers=1).start(self.port)

    def tearDown(self):
        self.upstream.may_answer.set()
        self.nginx.stop()
        self.upstream.shutdown()
        self.upstream.server_close()

    def get(self, path, origin=None):
        return send(self.port, "GET", path, [] if origin is None else [("Origin", origin)])

    def test_random_requests_one_after_another(self):
        choose = random.Random(1)
        last = [request(choose)] * 4
        for _ in range(100 if Nginx.valgrind else 1500):
            # Many requests are like one before, or differ from it in one place.
            method, path, headers = choose.choice(last) if choose.random() < 0.6 else request(choose)
            if choose.random() < 0.3:
                method, path, headers = choose.choice([(request(choose)[0], path, headers), (method, request(choose)[1], headers), (method, path, request(choose)[2])])
            last = [*last[1:], (method, path, headers)]
            fresh = send(self.port, method, path + FORGOTTEN, headers)
            seen = send(self.port, method, path, headers)
            with self.subTest(method=method, path=path, headers=headers):
                without_date = lambda answer: [pair for pair in answer.headers if pair[0] not in ("date", "location")]  # noqa: E731
                self.assertEqual((seen.status, without_date(seen), seen.body), (fresh.status, without_date(fresh), fresh.body))
        self.assertNotIn("[alert]", self.nginx.errors())

    def test_two_origins_in_turn(self):
        for _ in range(3):
            for origin in (APP, SUB):
                self.assertEqual(self.get("/", origin).all("access-control-allow-origin"), [origin])
            self.assertEqual(self.get("/", EVIL).all("access-control-allow-origin"), [])
            self.assertEqual(self.get("/").cors(), [("vary", "Origin")])

    def test_the_paths_of_two_routes_in_turn(self):
        for _ in range(3):
            self.assertEqual(self.get("/public/x", EVIL).all("access-control-allow-origin"), ["*"])
            self.assertEqual(self.get("/none/x", APP).all("access-control-allow-origin"), [])
            self.assertEqual(self.get("/", APP).all("access-control-allow-origin"), [APP])

    def test_one_request_under_two_policies(self):
        for _ in range(3):
            self.assertEqual(self.get("/", SUB).all("access-control-allow-origin"), [SUB])
            self.assertEqual(self.get("/plain/x", SUB).all("access-control-allow-origin"), [])

    def test_an_application_with_and_without_headers_in_turn(self):
        for _ in range(2):
            for path in ("/upstream/x", "/upstream/own", "/upstream/x"):
                answer = self.get(path, APP)
                self.assertEqual(answer.all("access-control-allow-origin"), [APP], path)
                self.assertEqual(answer.all("access-control-max-age"), [], path)
            self.assertEqual(self.get("/keep/own", APP).all("access-control-allow-origin"), ["foreign"])
            self.assertEqual(self.get("/keep/x", APP).all("access-control-allow-origin"), [APP])

    def test_locations_that_keep_and_remove_headers_in_turn(self):
        """In a location that keeps headers, the response is not searched for the headers that are removed only in other locations."""
        for number in range(3):
            self.assertEqual(self.get(f"/keep/{number}", APP).all("access-control-max-age"), [])
            self.assertEqual(self.get(f"/keep/age/{number}", APP).all("access-control-max-age"), ["99"])
            self.assertEqual(self.get(f"/upstream/age/{number}", APP).all("access-control-max-age"), [])

    def test_a_request_that_waits_while_others_are_decided(self):
        # The decision on a third origin takes the place of the first decision. If another origin comes twice, its lines take
        # the place of the first decision's lines.
        for between in ([SUB], [SUB, APP], [SUB, WWW], [SUB, SUB], [EVIL, None, SUB], []):
            with self.subTest(between):
                self.upstream.waiting.clear()
                self.upstream.may_answer.clear()
                answers = []
                waiting = threading.Thread(target=lambda: answers.append(self.get("/upstream/slow", APP)))
                waiting.start()
                self.assertTrue(self.upstream.waiting.wait(10))
                for number, origin in enumerate(between):
                    self.get(f"/upstream/{number}", origin)
                self.upstream.may_answer.set()
                waiting.join()
                self.assertEqual(answers[0].all("access-control-allow-origin"), [APP])
                self.assertEqual(answers[0].all("access-control-allow-credentials"), ["true"])

    def test_a_response_is_logged_with_its_own_headers(self):
        """nginx logs a response when all of it has been sent, and others may have been sent in the meantime."""
        answers = []
        # The lines are kept at the second decision with the same headers, and added at the third.
        for path in ("/upstream/x", "/upstream/y"):
            self.get(path, APP)
        waiting = threading.Thread(target=lambda: answers.append(self.get("/upstream/later", APP)))
        waiting.start()
        self.assertTrue(self.upstream.waiting.wait(10))
        time.sleep(0.2)
        for origin in (SUB, EVIL, SUB):
            self.get("/upstream/x", origin)
        self.upstream.may_answer.set()
        waiting.join()
        self.assertEqual((answers[0].all("access-control-allow-origin"), answers[0].body), ([APP], b"body"))
        log = self.nginx.prefix / "logs" / "access.log"
        lines = lambda: [line for line in log.read_text().splitlines() if "later" in line]  # noqa: E731
        end = time.monotonic() + 10
        while not lines() and time.monotonic() < end:
            time.sleep(0.02)
        self.assertEqual(lines(), [f"/upstream/later {APP}"])

    def test_a_reload_forgets(self):
        for _ in range(2):
            self.assertEqual(self.get("/", SUB).all("access-control-allow-origin"), [SUB])
        (self.nginx.prefix / "app.toml").write_text('allow_origins = ["https://app.example.com"]\n')
        self.assertEqual(self.nginx.reload().returncode, 0)
        end, agreed = time.monotonic() + 20, 0
        while agreed < 10 and time.monotonic() < end:
            agreed = agreed + 1 if not self.get("/", SUB).all("access-control-allow-origin") else 0
        self.assertEqual(agreed, 10)
        self.assertEqual(self.get("/", APP).all("access-control-allow-origin"), [APP])


if __name__ == "__main__":
    unittest.main()
