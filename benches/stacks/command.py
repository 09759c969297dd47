#!/usr/bin/env python3
"""The instructions and the processor time of `corsac check` from start to end: an ordinary policy, and one with a million origins."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from measure import ROOT, Measured, finish, instructions, processor_seconds, progress, quick, row  # noqa: E402

PROGRAM = ROOT / "target" / "release" / "corsac"
ORDINARY = """allow_origins = ["https://app.example.com", "https://*.example.org", "http://localhost:*"]
allow_methods = ["PUT", "DELETE"]
allow_headers = ["Authorization", "X-Request-Id"]
expose_headers = ["ETag"]
max_age = 3600
"""


def main():
    rows = []
    with tempfile.TemporaryDirectory(prefix="corsac-bench-") as folder:
        ordinary, million, as_json = (Path(folder, name) for name in ["cors.toml", "million.toml", "million.json"])
        origins = ",\n".join(f'"https://tenant-{index}.example.com"' for index in range(1_000_000))
        ordinary.write_text(ORDINARY)
        million.write_text(f"allow_origins = [\n{origins}\n]\n")
        as_json.write_text(f'{{"allow_origins": [\n{origins}\n]}}\n')
        large = 1 if quick() else 5
        for name, runs, path in [
            ("check of an ordinary policy", 20 if quick() else 50, ordinary),
            ("check of a million origins, TOML", large, million),
            ("check of a million origins, JSON", large, as_json),
        ]:
            progress(name)
            rows.append(row(f"{name}, instructions", "instructions", instructions(PROGRAM, "check", path)))
            found = Measured(1e9 * processor_seconds(PROGRAM, "check", path) for _ in range(runs))
            rows.append(row(name, "ns", found, kind="time"))
    size = PROGRAM.stat().st_size
    rows.append(row("the program", "bytes", size, kind="size"))
    finish(rows)


if __name__ == "__main__":
    main()
