#!/usr/bin/env python3
"""Builds the documentation site into target/docs: `make docs`.

Usage: site/build.py [--install] [--built]

`--install` installs missing Debian packages (as root). `--built` sets nothing up: the packages of npm and PyPI, the
Python binding, the module of the playground and rustdoc's pages have to exist already.

The pages are first put together in target/site/pages: the project's Markdown, pages that show the source files to which it links,
and the references of the languages. VitePress then makes the site of them.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import c_reference
import home
import navigation
import node_reference
import pages
import sources
import tabs

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests"))

import needs  # noqa: E402

SITE = ROOT / "site"
STAGED = ROOT / "target" / "site" / "pages"
OUTPUT = ROOT / "target" / "docs"
# The tools and builds that the site needs, in addition to the files that are checked in.
NEEDS = {"apt wasm", "site", "build python", "build playground", "rust reference"}
# Files of the playground that the site serves: the page, its style, its scripts and the module.
PLAYGROUND = ("*.html", "*.css", "*.js", "*.svg", "*.wasm")


def write(page, text):
    path = STAGED / page
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def stage_markdown(routes):
    """Copies each Markdown file of the project to the place of its page, and returns the titles of the pages."""
    titles = {}
    for file, page in routes.items():
        if not file.endswith(".md"):
            continue
        text = (ROOT / file).read_text(encoding="utf-8")
        titles[page] = pages.title(text, page)
        text = tabs.as_code_groups(text, file)
        write(page, home.page(text) if page == "index.md" else pages.FRONT_MATTER.get(page, "") + text)
    return titles


def stage_static():
    """Copies the files that are served unchanged: pictures, the playground with its own Content Security Policy, and rustdoc's pages."""
    public = STAGED / "public"
    for image in [*(ROOT / "docs").glob("*.png"), *(ROOT / "docs" / "images").glob("*")]:
        target = public / image.relative_to(ROOT / "docs")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(image, target)
    for pattern in PLAYGROUND:
        for file in (ROOT / "playground").glob(pattern):
            (public / "playground").mkdir(exist_ok=True)
            shutil.copy(file, public / "playground")
    shutil.copy(ROOT / "playground" / "icon.svg", public)
    shutil.copytree(needs.RUST_REFERENCE, public / "api" / "rust", ignore=shutil.ignore_patterns(".lock"))


def stage_references():
    """Writes the reference of each language. Returns the pages of each with their titles."""
    python = json.loads(needs.run(needs.SITE_PYTHON, SITE / "python_reference.py", STAGED / "api" / "python"))
    node = node_reference.write(STAGED / "api" / "node")
    write("api/c.md", c_reference.page((ROOT / "include" / "corsac.h").read_text(encoding="utf-8")))
    return {"python": python, "node": node}


def build():
    shutil.rmtree(STAGED, ignore_errors=True)
    files = pages.tracked_files()
    routes = pages.routes(files)
    titles = stage_markdown(routes)
    routes |= sources.stage(routes, files, write)
    stage_static()
    references = stage_references()
    site = {"routes": routes, **navigation.of(titles, references)}
    # VitePress looks for its packages from the pages upwards.
    packages = STAGED.parent / "node_modules"
    packages.unlink(missing_ok=True)
    packages.symlink_to(SITE / "node_modules")
    (STAGED.parent / "site.json").write_text(json.dumps(site, indent=1), encoding="utf-8")
    needs.run(SITE / "node_modules" / ".bin" / "vitepress", "build", SITE, cwd=SITE)


def report(name, work):
    """Runs one step and prints its result. Returns None if it failed."""
    try:
        print(f"{name}: {work()}", flush=True)
    except needs.Failed as failure:
        print(f"FAILED {name}\n{failure}", flush=True)
        return None
    return True


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("Usage: ")[1].split("\n\n")[0])
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--built", action="store_true")
    arguments = parser.parse_args()
    try:
        if not arguments.built:
            needs.toolchains()
            if not needs.prepare(NEEDS, arguments.install, report):
                return 1
        build()
    except needs.Failed as failure:
        print(failure)
        return 1
    folder = OUTPUT.relative_to(ROOT)
    print(f"The site is in {folder}. To read it: python3 -m http.server --bind 127.0.0.1 --directory {folder} 8000")
    return 0


if __name__ == "__main__":
    sys.exit(main())
