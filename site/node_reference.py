"""The reference for Node: TypeDoc makes Markdown from the declarations of types, a page for each entry of the package."""

import json
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests"))

import needs  # noqa: E402

SITE = ROOT / "site"
PACKAGE = ROOT / "bindings-node"
WORK = ROOT / "target" / "site" / "node"
# This entry re-exports what the others export, so its page shows its file of declarations as it is.
AGAIN = "edge"
ENTRY = """\
/**
 * {use}
 *
 * @module {name}
 */
export * from '{types}'
export {{ default }} from '{types}'
"""
# For modules that are one function, which `export *` cannot re-export.
FUNCTION = ENTRY.replace("export * from '{types}'\n", "").replace("export {{ default }} from '{types}'", "import entry from '{types}'\nexport default entry")


def entries():
    """The entries of the package that have types: the name of each and the file of its declarations."""
    exports = json.loads((PACKAGE / "package.json").read_text())["exports"]
    for entry, conditions in exports.items():
        while isinstance(conditions, dict):
            if isinstance(conditions.get("types"), str):
                yield entry.removeprefix("./").removeprefix("."), PACKAGE / conditions["types"]
                break
            conditions = next(iter(conditions.values()))


def declarations(types):
    """The declarations of a CommonJS module, if those of the ECMAScript module only re-export them."""
    common = types.with_suffix(".ts") if types.suffix == ".mts" else types
    return common if common.exists() else types


def write_entry(name, types):
    file = WORK / f"{name or 'corsac'}.mts"
    package = f"corsac/{name}" if name else "corsac"
    source = declarations(types).read_text(encoding="utf-8")
    # A module with `export =` is treated as one function, but not the main module: its namespace has more to re-export.
    is_function = "export = " in source and name != ""
    module = os.path.relpath(types, WORK).replace(".d.mts", ".mjs").replace(".d.ts", ".js")
    has_default = "export = " in source or "export default" in source
    text = (FUNCTION if is_function else ENTRY).format(use=f"`import … from '{package}'`", name=package, types=module)
    file.write_text(text if has_default else text.replace(f"export {{ default }} from '{module}'\n", ""))
    return file


def edge_page(types):
    return (
        "# corsac/edge\n\n`import … from 'corsac/edge'` has what [corsac](corsac.md) has, except what needs a file or a Node server. `cors` is the\n"
        "default export of [corsac/web](corsac.web.md), and `hono` that of [corsac/hono](corsac.hono.md).\n\n"
        f"```ts\n{types.read_text(encoding='utf-8')}```\n"
    )


def write(folder):
    """Writes the pages, and returns the title of each."""
    WORK.mkdir(parents=True, exist_ok=True)
    for stale in WORK.glob("*.mts"):
        stale.unlink()
    found = dict(entries())
    files = [write_entry(name, types) for name, types in found.items() if name != AGAIN]
    compiler = {"target": "es2022", "module": "nodenext", "moduleResolution": "nodenext", "strict": True, "skipLibCheck": True, "types": []}
    (WORK / "tsconfig.json").write_text(json.dumps({"compilerOptions": compiler, "files": [file.name for file in files]}))
    options = json.loads((SITE / "typedoc.json").read_text())
    (WORK / "typedoc.json").write_text(json.dumps({**options, "entryPoints": [file.name for file in files], "tsconfig": "tsconfig.json"}))
    needs.run(SITE / "node_modules" / ".bin" / "typedoc", "--options", WORK / "typedoc.json", "--out", folder, cwd=SITE)
    # The functions are exported as `default`, but a program calls them by other names.
    for name in found:
        page = folder / f"corsac.{name}.md"
        if page.exists():
            page.write_text(re.sub(r"(### |function )default(?=\()", r"\1cors", page.read_text(encoding="utf-8")), encoding="utf-8")
    # A list of the modules is not needed, because the navigation has one.
    (folder / "README.md").unlink()
    (folder / f"corsac.{AGAIN}.md").write_text(edge_page(found[AGAIN]), encoding="utf-8")
    return [[f"api/node/corsac.{name}.md", f"corsac/{name}"] if name else ["api/node/corsac.md", "corsac"] for name in found]
