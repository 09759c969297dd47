"""Pages that show the source files and the folders to which the project's Markdown links."""

import html
import posixpath
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[^\]]+\]:\s+(\S+)$", re.M)
CODE = re.compile(r"^ *```.*?^ *```", re.S | re.M)
# Files that people read to learn from them are coloured. Colours make a page several times as large, and the build of the site slower.
COLOURED = ("examples/",)
# A longer file is linked to, and not shown.
SHOWN_BYTES = 100_000
LANGUAGES = {
    ".c": "c", ".h": "c", ".rs": "rust", ".py": "python", ".js": "js", ".mjs": "js", ".ts": "ts", ".json": "json", ".toml": "toml",
    ".yml": "yaml", ".yaml": "yaml", ".html": "html", ".css": "css", ".sh": "sh", ".conf": "nginx",
}  # fmt: skip


def linked(routes):
    """The files and folders to which the Markdown links and that are not pages yet."""
    for file in (file for file in routes if file.endswith(".md")):
        text = CODE.sub("", (ROOT / file).read_text(encoding="utf-8"))
        for inline, reference in LINK.findall(text):
            target = (inline or reference).partition("#")[0]
            if target and ":" not in target:
                path = posixpath.normpath(posixpath.join(posixpath.dirname(file), target))
                if path not in routes and (ROOT / path).exists():
                    yield path


def front_matter(title):
    """A page of source code is not searched, and has neither an outline nor a next page."""
    return f'---\ntitle: "{title}"\nsearch: false\naside: false\nprev: false\nnext: false\npageClass: source\n---\n\n# `{title}`\n\n'


def file_page(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    if (ROOT / path).stat().st_size > SHOWN_BYTES:
        return f'{front_matter(path)}The file has {len(text):,} bytes: <a href="./{Path(path).name}" target="_self">open it</a>.\n'
    if not path.startswith(COLOURED):
        return f'{front_matter(path)}<pre class="plain" v-pre><code>{html.escape(text)}</code></pre>\n'
    language = LANGUAGES.get(Path(path).suffix, "txt")
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`{3,}", text))])
    return f"{front_matter(path)}{fence}{language}\n{text.rstrip()}\n{fence}\n"


def folder_page(path, files, routes):
    """The files of a folder, with a link to those that have pages."""
    prefix = f"{path}/"
    names = {file.removeprefix(prefix).partition("/")[0] for file in files if file.startswith(prefix)}
    entries = []
    for name in sorted(names):
        target = prefix + name
        shown = f"`{name}{'/' if (ROOT / target).is_dir() else ''}`"
        entries.append(f"- [{shown}](/{routes[target]})" if target in routes else f"- {shown}")
    return front_matter(path) + "\n".join(entries) + "\n"


def address(path):
    """VitePress has no pages in hidden folders, and takes brackets for parameters and `.html` for the end of its own addresses."""
    return re.sub(r"\.html$", "-html", re.sub(r"(^|/)\.", r"\1", path).replace("[", "(").replace("]", ")"))


def stage(routes, files, write):
    """Writes the pages, and returns which files and folders they show. A file that is too long for a page is served as it is."""
    wanted = set(linked(routes))
    # People read the files of an example, so they have pages as well.
    for folder in [path for path in wanted if path.startswith("examples/") and (ROOT / path).is_dir()]:
        wanted |= {file for file in files if file.startswith(f"{folder}/") and not file.endswith("-lock.json")}
    wanted -= set(routes)
    folders = {path for path in wanted if (ROOT / path).is_dir()}
    names = {path: address(path) for path in wanted}
    found = {path: f"source/{name}/index.md" if path in folders else f"source/{name}.md" for path, name in names.items()}
    for path, page in found.items():
        write(page, folder_page(path, files, routes | found) if path in folders else file_page(path))
        if path not in folders and (ROOT / path).stat().st_size > SHOWN_BYTES:
            write(f"public/source/{path}", (ROOT / path).read_text(encoding="utf-8"))
    return found
