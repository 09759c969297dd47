"""Executes every Python block of the READMEs and of the guide, each on its own."""

import re
from pathlib import Path
from typing import Any

import pytest
from corsac.testing import assert_blocked, assert_readable

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "docs" / "troubleshooting" / f"{name}.md"
    for name in ("only-on-errors", "preflight-fails", "works-in-postman")
]
READMES = [ROOT / "README.md", ROOT / "bindings-python" / "README.md", ROOT / "docs" / "python.md", *PAGES]
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str]]:
    found = []
    for path in READMES:
        text = path.read_text(encoding="utf-8")
        for block in FENCE.finditer(text):
            # Empty lines first, so that a traceback names the README's own lines.
            line = text.count("\n", 0, block.start(1))
            found.append((f"{path.relative_to(ROOT)}:{line + 1}", "\n" * line + block.group(1)))
    return found


BLOCKS = blocks()


@pytest.mark.parametrize("source", [source for _, source in BLOCKS], ids=[place for place, _ in BLOCKS])
def test_block(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(source, "README.md", "exec"), {"__name__": "__main__"})  # noqa: S102


def test_the_readme_s_application_answers_preflights() -> None:
    (source,) = [source for place, source in BLOCKS if place.startswith("README")]
    program: dict[str, Any] = {}
    exec(source, program)  # noqa: S102
    asked: dict[str, Any] = {"path": "/items/7", "method": "PUT", "credentials": True}
    assert_readable(program["app"], origin="https://app.example.com", **asked)
    assert_blocked(program["app"], origin="https://evil.example", **asked)


def test_no_other_page_about_failed_requests_has_blocks() -> None:
    pages = {path for path in PAGES[0].parent.glob("*.md") if FENCE.search(path.read_text(encoding="utf-8"))}
    assert pages == {*PAGES}


def test_blocks_are_found() -> None:
    for folder in ("README", "bindings-python", "docs"):
        assert any(place.startswith(folder) for place, _ in BLOCKS)
