"""Which file of the repository becomes which page of the site."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Pages with an address of their own. All other Markdown outside `docs` and `examples` is below /source, in the same
# folder as in the repository.
NAMED = {
    "README.md": "overview.md",
    "SECURITY.md": "security.md",
    "DESIGN.md": "design.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "docs/README.md": "index.md",
}

# Its headings of the third level are sentences of browsers, which are too long and too many for an outline.
FRONT_MATTER = {"troubleshooting.md": "---\noutline: 2\n---\n\n"}


def tracked_files():
    """The files of the repository, and those that are new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return sorted(file for file in set(listed.splitlines()) if (ROOT / file).is_file())


def page_of(file):
    """The page of a Markdown file, as a path in the site."""
    if file in NAMED:
        return NAMED[file]
    if file.startswith("docs/"):
        return file.removeprefix("docs/")
    if recipe := re.fullmatch(r"examples/recipes/([^/]+)/README\.md", file):
        return f"recipes/{recipe[1]}.md"
    if file.startswith("examples/"):
        return re.sub(r"README\.md$", "index.md", file)
    return "source/" + re.sub(r"README\.md$", "index.md", file)


def routes(files):
    """The page of each Markdown file, and of each folder that has a README."""
    found = {file: page_of(file) for file in files if file.endswith(".md")}
    folders = {str(Path(file).parent): page for file, page in found.items() if Path(file).name == "README.md"}
    return found | folders


def title(text, page):
    """The first heading of a page, without the marks of code."""
    heading = re.search(r"^# (.+)$", text, re.M)
    return heading[1].replace("`", "") if heading else page
