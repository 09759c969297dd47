"""How the benchmarks measure: instructions under valgrind, and processor time in alternating rounds.

Neither depends much on what else the machine does. An instruction count is the same each time, except for the effect of
the random seeds of hash tables. Of processor times, only ratios inside one run are used: the programs that are compared
run in turn, in the opposite order in every second round, and each round gives its own ratio. So a slow minute of the
machine affects both sides of a ratio.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "target" / "bench"


def progress(text):
    """Prints what is being measured, on standard error: standard output is for the result."""
    print(f"  {text}", file=sys.stderr, flush=True)


class Measured:
    """Several measurements of one quantity: their median, and the quartiles between which half of them are."""

    def __init__(self, values):
        self.values = list(values)
        self.median = statistics.median(self.values)
        if len(self.values) > 1:
            low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
        else:
            low = high = self.median
        self.spread = (low, high)


def row(case, unit, corsac, peer=None, peer_name=None, ratio=None, kind="count"):
    """One row of a table, as JSON. `corsac`, `peer` and `ratio` are numbers or Measured; the spread is the ratio's, if there is one.

    `kind` is `count` (instructions), `size`, or `time`, which needs a quiet machine.
    """
    plain = lambda value: value.median if isinstance(value, Measured) else value  # noqa: E731
    if ratio is None and peer is not None:
        ratio = plain(peer) / plain(corsac)
    spread = next((value.spread for value in (ratio, corsac) if isinstance(value, Measured)), None)
    if ratio is not None and not isinstance(ratio, Measured):
        spread = None
    return {
        "case": case, "unit": unit, "kind": kind, "corsac": plain(corsac), "peer": plain(peer), "peer_name": peer_name,
        "ratio": plain(ratio), "spread": spread,
    }  # fmt: skip


def finish(rows, versions=None):
    """The result of a program of benches/stacks."""
    print(json.dumps({"rows": list(rows), "versions": versions or {}}))


def quick():
    return "--quick" in sys.argv


def chosen(names):
    """The names on the command line, or all of them."""
    named = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if unknown := [name for name in named if name not in names]:
        sys.exit(f"there is no {unknown[0]}; there are: {', '.join(names)}")
    return named or list(names)


def run(*command, cwd=ROOT, env=None):
    """Runs a command and returns what it printed; if it fails, prints that and ends the program."""
    env = {**os.environ, **(env or {})}
    done = subprocess.run([str(word) for word in command], cwd=cwd, env=env, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        sys.exit(f"$ {' '.join(map(str, command))}\n{done.stdout[-4000:]}{done.stderr[-8000:]}")
    return done.stdout


def benchmark(package, name):
    """Builds a benchmark written in Rust, and returns its program."""
    output = run("cargo", "bench", "--locked", "-p", package, "--bench", name, "--no-run", "--message-format=json-render-diagnostics")
    messages = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return next(message["executable"] for message in messages if message.get("executable"))


def instructions(*command, env=None):
    """How many instructions a program executes, with all of its libraries, outside the kernel."""
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run([*tool, *map(str, command)], capture_output=True, text=True, env=env and {**os.environ, **env})
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or found is None:
        sys.exit(f"$ {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return int(found[1])


def processor_seconds(*command):
    """The processor time of a program from its start to its end."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    printed = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode != 0:
        sys.exit(f"$ {' '.join(map(str, command))}\n{printed}")
    return usage.ru_utime + usage.ru_stime


def each(gauge, program, *arguments, few, many, runs):
    """The cost of one repetition. The last argument of the program is the number of repetitions. Its other work is subtracted."""
    once = lambda: (gauge(program, *arguments, many) - gauge(program, *arguments, few)) / (many - few)  # noqa: E731
    return Measured(once() for _ in range(runs))


def in_turn(rounds, gauges):
    """Calls each gauge once per round, and reverses the order after each round. Returns the figures of each gauge, round by round."""
    found = {name: [] for name in gauges}
    for index in range(rounds):
        for name in list(gauges)[:: 1 if index % 2 else -1]:
            found[name].append(gauges[name]())
    return found


def ratio(above, below):
    """The ratio of each round."""
    return Measured(a / b for a, b in zip(above, below, strict=True))


def processor_time_of(pid):
    """Nanoseconds of processor time that a running process has used, in all of its threads."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def child_of(process):
    """The process identifier of the first child of a process, for servers that fork."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for _ in range(500):
        if found := children.read_text().split():
            return int(found[0])
        time.sleep(0.02)
    sys.exit("the server has no worker")


def requests(port, script, seconds=1, connections=16):
    """Loads a server with wrk. Returns how many requests it served."""
    printed = run("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", script, f"http://127.0.0.1:{port}/")
    if "Non-2xx" in printed or "Socket errors" in printed:
        sys.exit(f"a server did not serve every request:\n{printed}")
    return int(re.search(r"(\d+) requests in", printed)[1])
