"""The navigation of the site: a tutorial, guides, references and explanations. Pages that are not named here are added to a group."""

import re

# Each section has groups of pages. `…` in a folder means all its pages, in the order of their titles.
SECTIONS = {
    "Tutorial": {"": ["tutorial.md"]},
    "How-to": {
        "Troubleshooting": ["troubleshooting.md", "troubleshooting/…"],
        "Set up a server": ["python.md", "node.md", "edge.md", "tower.md", "c.md", "nginx.md", "envoy.md", "service.md"],
        "Recipes": ["recipes.md", "recipes/…", "examples/…"],
        "Tools": ["command.md", "playground.md"],
    },
    "Reference": {
        "": ["settings.md", "errors.md", "specification.md"],
        "API": ["api/python/…", "api/node/…", "api/rust", "api/c.md"],
    },
    "Explanation": {
        "": ["how-cors-works.md", "overview.md", "design.md", "security.md", "browsers.md", "performance.md"],
        "The project": ["contributing.md", "bindings.md", "source/tests/vectors/index.md", "changelog.md"],
    },
}
# The group for a page of `docs` that is not named above.
OTHERWISE = ("How-to", "Set up a server")
# Titles that are shorter than the pages' own headings.
LABELS = {
    "python.md": "Python",
    "node.md": "Node",
    "edge.md": "Edge runtimes, browsers",
    "tower.md": "Rust: axum, hyper, tonic",
    "c.md": "C, Apache httpd",
    "nginx.md": "nginx",
    "envoy.md": "Envoy",
    "service.md": "One policy for a service",
    "command.md": "The command",
    "overview.md": "Overview",
    "design.md": "Why it is as it is",
    "specification.md": "Specification",
    "errors.md": "Errors and findings",
    "browsers.md": "What browsers do",
    "source/tests/vectors/index.md": "Test vectors",
    "api/c.md": "C",
}
# rustdoc makes these pages, with a navigation of their own.
RUST = [["api/rust/corsac/index.html", "corsac"], ["api/rust/corsac_tower/index.html", "corsac-tower"]]


def link(page, title):
    if page.endswith(".html"):
        return {"text": title, "link": f"/{page}", "target": "_self"}
    return {"text": LABELS.get(page, title), "link": f"/{page}"}


def of(titles, references):
    """The bar at the top and the sidebar."""
    named = {page for groups in SECTIONS.values() for pages in groups.values() for page in pages}
    folders = {page.removesuffix("…") for page in named if page.endswith("/…")}
    others = sorted(
        page
        for page in titles
        if page not in named and page != "index.md" and not page.startswith("source/") and not any(page.startswith(folder) for folder in folders)
    )

    def items(entry):
        match entry:
            case "api/python/…":
                yield {"text": "Python", "collapsed": True, "items": [link(*page) for page in references["python"]]}
            case "api/node/…":
                yield {"text": "Node", "collapsed": True, "items": [link(*page) for page in references["node"]]}
            case "api/rust":
                yield {"text": "Rust", "collapsed": True, "items": [link(*page) for page in RUST]}
            case "api/c.md":
                yield link(entry, "C")
            case _ if entry.endswith("/…"):
                folder = entry.removesuffix("…")
                below = [page for page in titles if page.startswith(folder)]
                # The page of a folder comes before the pages in it.
                yield from (link(page, titles[page]) for page in sorted(below, key=lambda page: (not page.endswith("index.md"), titles[page].lower())))
            case _ if entry in titles:
                yield link(entry, titles[entry])

    sidebar, bar = [], []
    for section, groups in SECTIONS.items():
        contents = []
        for name, entries in groups.items():
            more = others if (section, name) == OTHERWISE else []
            found = [item for entry in [*entries, *more] for item in items(entry)]
            contents += [{"text": name, "collapsed": len(found) > 12, "items": found}] if name and found else found
        sidebar.append({"text": section, "items": contents})
        links = list(links_of(contents))
        # The entry of the bar is marked while one of its pages is read.
        pages = "|".join(re.escape(link.removesuffix(".md").removesuffix("index")) for link in links)
        bar.append({"text": section, "link": links[0], "activeMatch": f"^(?:{pages})(?:\\.html)?$"})
    playground = {"text": "Playground", "link": "/playground/index.html", "target": "_self"}
    return {"sidebar": sidebar, "nav": [*bar, playground]}


def links_of(items):
    for item in items:
        if "link" in item:
            yield item["link"]
        else:
            yield from links_of(item["items"])
