#!/usr/bin/env python3
"""Breaks each row of the decision table in turn, and checks that a vector fails. `mutants.py` says where.

With `--browsers` the model of browsers is broken instead, as `browser_mutants.py` says, and the recordings of real
browsers have to show it.

It works on a copy below `target/`. All mutants are built at once: a function with mutants chooses its body by an
environment variable. If this is impossible, because the bodies differ in their type, a mutant is built by itself. If
all vectors pass with a mutant, a vector is missing. If words are given as arguments, only the mutants whose rows
contain one of them are run. The last line is `N passed, N failed`.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import browser_mutants
from mutants import MUTANTS
from rust_functions import NotOnePlace, changed, found, signature_and_body

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / "target" / "mutants"
# The source as it was when the run began.
SOURCE = COPY / "source"
PARSER = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
PARSER.add_argument("--browsers", action="store_true", help="break the model of browsers")
PARSER.add_argument("words", nargs="*", metavar="WORD", help="run only the mutants whose rows contain a word")
ARGUMENTS = PARSER.parse_args()
BROWSERS = ARGUMENTS.browsers


def prepare():
    shutil.rmtree(COPY / "core", ignore_errors=True)
    (COPY / "tests").mkdir(parents=True, exist_ok=True)
    # The times of the originals are not copied: with them, cargo would consider the build of an earlier mutant up to date.
    shutil.copytree(ROOT / "core", COPY / "core", copy_function=shutil.copyfile)
    shutil.rmtree(SOURCE, ignore_errors=True)
    shutil.copytree(COPY / "core" / "src", SOURCE)
    shutil.rmtree(COPY / "tests" / "vectors", ignore_errors=True)
    shutil.copytree(ROOT / "tests" / "vectors", COPY / "tests" / "vectors")
    manifest = (ROOT / "Cargo.toml").read_text()
    (COPY / "Cargo.toml").write_text(re.sub(r"^members = .*$", 'members = ["core"]', manifest, flags=re.M))
    shutil.copyfile(ROOT / "Cargo.lock", COPY / "Cargo.lock")
    for name in ["README.md"]:
        shutil.copyfile(ROOT / name, COPY / name)


class NotBuilt(Exception):
    """The compiler's errors."""


def build():
    """The program that tries the vectors."""
    # Compiling the explanations takes half of the time, and they decide nothing.
    features = ["--no-default-features", "--features", "explain,toml" if BROWSERS else "http,toml,watch"]
    test = "recorded" if BROWSERS else "vectors"
    command = ["cargo", "test", "--offline", "-p", "corsac", *features, "--test", test, "--no-run", "--message-format=json"]
    # The folder is that of the other tests, so that dependencies need not be compiled again.
    env = {**os.environ, "CARGO_TARGET_DIR": str(ROOT / "target")}
    done = subprocess.run(command, cwd=COPY, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0:
        raise NotBuilt("\n".join(message["message"]["rendered"] for message in messages if "message" in message))
    return next(message["executable"] for message in messages if message.get("executable"))


def vectors(program, mutant=0):
    """Whether all vectors pass."""
    env = {**os.environ, "MUTANT": str(mutant)}
    done = subprocess.run([program], cwd=COPY / "core", env=env, stdin=subprocess.DEVNULL, capture_output=True)
    return done.returncode == 0


def place(mutant):
    """The file of a mutant, the beginning and the end of its function, the function's signature, its body and that of
    the mutant.
    """
    _, function, pattern, instead = mutant
    file, start, end, text = found(SOURCE, function)
    signature, body = signature_and_body(text)
    mutated_signature, mutated = signature_and_body(changed(text, pattern, instead))
    if mutated_signature != signature:
        raise NotOnePlace(f"`{pattern}` changes the signature of `{function}`")
    return file, start, end, signature, body, mutated


def write(changes):
    """Replaces functions: (file, start, end, text)."""
    for file in {file for file, *_ in changes}:
        source = (SOURCE / file).read_text()
        # The last function comes first, so that the positions of the others do not change.
        for _, start, end, text in sorted((change for change in changes if change[0] == file), reverse=True):
            source = source[:start] + text + source[end:]
        (COPY / "core" / "src" / file).write_text(source)


CHOICE = """
pub(crate) fn mutant() -> usize {
    static MUTANT: std::sync::LazyLock<usize> =
        std::sync::LazyLock::new(|| std::env::var("MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(0));
    *MUTANT
}
"""


def all_in_one(mutants):
    """Writes functions that choose their body."""
    bodies = {}
    for number, mutant in mutants.items():
        file, start, end, signature, body, mutated = place(mutant)
        bodies.setdefault((file, start, end, signature, body), []).append(f"{number} => {mutated},")
    write([
        (file, start, end, f"{signature}{{ match crate::mutant() {{ {' '.join(arms)} _ => {body} }} }}")
        for (file, start, end, signature, body), arms in bodies.items()
    ])
    with (COPY / "core" / "src" / "lib.rs").open("a") as library:
        library.write(CHOICE)


def by_itself(mutant):
    """Whether the vectors pass with only this mutant."""
    file, start, end, signature, _, mutated = place(mutant)
    write([(file, start, end, signature + mutated)])
    try:
        return vectors(build())
    finally:
        write([(file, 0, 0, "")])


def chosen():
    for number, mutant in enumerate(browser_mutants.MUTANTS if BROWSERS else MUTANTS, 1):
        if not ARGUMENTS.words or any(word in mutant[0] for word in ARGUMENTS.words):
            yield number, mutant


def main():
    prepare()
    mutants = dict(chosen())
    # An opaque type can come from only one body.
    alone = {number for number, mutant in mutants.items() if "-> impl" in place(mutant)[3]}
    survived = killed = 0
    for number in sorted(alone):
        start = time.monotonic()
        survives = by_itself(mutants[number])
        survived, killed = survived + survives, killed + (not survives)
        say(mutants[number][0], survives, start)
    all_in_one({number: mutant for number, mutant in mutants.items() if number not in alone})
    program = build()
    if not vectors(program):
        print("the vectors fail without any mutation\n0 passed, 1 failed")
        return 1
    for number in sorted(mutants.keys() - alone):
        start = time.monotonic()
        survives = vectors(program, number)
        survived, killed = survived + survives, killed + (not survives)
        say(mutants[number][0], survives, start)
    print(f"{killed} passed, {survived} failed")
    return 1 if survived or not killed else 0


def say(row, survives, start):
    print(f"{'FAILED' if survives else 'ok':7} {time.monotonic() - start:4.0f} s  {row}{': no vector failed' if survives else ''}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (NotBuilt, NotOnePlace) as error:
        print(f"{error}\n0 passed, 1 failed")
        sys.exit(1)
