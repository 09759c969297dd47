"""The shared vectors of `tests/vectors/sessions`: what a browser sends, one request at a time."""

import json
from pathlib import Path
from typing import Any

import pytest
from corsac._explain import start_session

FILE = Path(__file__).parents[2] / "tests" / "vectors" / "sessions" / "sessions.json"
VECTORS: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_vector(vector: dict[str, Any]) -> None:
    browser = start_session(vector["exchange"])
    for answer, expected in zip(vector["answers"], vector["sent"], strict=True):
        request = browser.next_request()
        assert request is not None
        sent = json.loads(request)
        del sent["hop"]
        assert sent == expected
        assert browser.respond(json.dumps(answer).encode()) is None
    assert browser.next_request() is None
    explanation, _, is_readable, is_blocked = browser.explain(None)
    verdict = vector["verdict"]
    assert json.loads(explanation)["verdict"] == verdict
    assert (is_readable, is_blocked) == (verdict == "readable", verdict in ("blocked", "sent-but-unreadable"))


def test_an_answer_that_cannot_be_read() -> None:
    browser = start_session({"page": "https://a.example", "request": {"url": "https://b.example/"}})
    problem = browser.respond(b'{"status": 20}')
    assert problem is not None
    assert "is not a status" in problem
    assert browser.next_request() is not None
