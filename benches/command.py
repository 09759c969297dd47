"""How long the command `corsac` takes from start to end, built for release: an ordinary policy, and one with a million origins.

Prints the best of several runs, and the processor time of the best.
"""

import resource
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "target" / "release" / "corsac"
ORDINARY = """allow_origins = ["https://app.example.com", "https://*.example.org", "http://localhost:*"]
allow_methods = ["PUT", "DELETE"]
allow_headers = ["Authorization", "X-Request-Id"]
expose_headers = ["ETag"]
max_age = 3600
"""


def best(runs, *arguments):
    """The shortest time, and the least processor time, in milliseconds."""
    walls, processors = [], []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        subprocess.run([PROGRAM, *arguments], check=True, stdout=subprocess.DEVNULL)
        walls.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processors.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(walls) * 1000, min(processors) * 1000


def main():
    subprocess.run(["cargo", "build", "--locked", "--release", "--quiet", "-p", "corsac-cli"], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory(prefix="corsac-bench-") as folder:
        ordinary, million, as_json = (Path(folder, name) for name in ["cors.toml", "million.toml", "million.json"])
        origins = ",\n".join(f'"https://tenant-{index}.example.com"' for index in range(1_000_000))
        ordinary.write_text(ORDINARY)
        million.write_text(f"allow_origins = [\n{origins}\n]\n")
        as_json.write_text(f'{{"allow_origins": [\n{origins}\n]}}\n')
        print("| corsac check | time | processor time |\n|---|---|---|")
        for name, runs, path in [
            ("an ordinary policy", 50, ordinary),
            ("a million origins, TOML", 5, million),
            ("a million origins, JSON", 5, as_json),
        ]:
            wall, processor = best(runs, "check", path)
            print(f"| {name} | {wall:.1f} ms | {processor:.1f} ms |")


if __name__ == "__main__":
    main()
