"""The applications that gunicorn serves: no CORS, the same headers written by hand, and corsac."""

from corsac.wsgi import CORSMiddleware

ORIGIN = "https://app.example.com"
PLAIN = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "2")]
CORS = [("Access-Control-Allow-Origin", ORIGIN), ("Access-Control-Allow-Credentials", "true"), ("Vary", "Origin")]


def without(environ, start_response):
    start_response("200 OK", [*PLAIN])
    return [b"ok"]


def by_hand(environ, start_response):
    start_response("200 OK", [*PLAIN, *CORS])
    return [b"ok"]


corsac = CORSMiddleware(without, allow_origins=[ORIGIN], allow_credentials=True)
