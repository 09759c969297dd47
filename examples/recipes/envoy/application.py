"""The application behind Envoy. It does not know about CORS."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Application(BaseHTTPRequestHandler):
    def respond(self):
        found = self.path in ("/items", "/items/1", "/items/2")
        body = b'{"1": "tea"}' if found else b'"there is no such item"'
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Total-Count", "1")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_DELETE = do_POST = do_PATCH = respond


ThreadingHTTPServer(("127.0.0.1", 9000), Application).serve_forever()
