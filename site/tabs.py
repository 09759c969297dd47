"""Blocks of code for several stacks, which are tabs on the site and follow each other in the plain Markdown.

A page writes

    <!-- tabs -->

    **FastAPI**

    ```python
    …
    ```

    **Express**

    ```js
    …
    ```

    <!-- end of tabs -->

A repository browser does not show the comments. Between them are only blocks of code, each with its name in bold above it.
"""

import re

REGION = re.compile(r"^<!-- tabs -->$(.*?)^<!-- end of tabs -->$", re.S | re.M)
TAB = re.compile(r"\s*^\*\*(?P<name>[^*\n]+)\*\*\n\n```(?P<language>\w+)\n(?P<code>.*?)^```$", re.S | re.M)


def as_code_groups(text, file):
    def group(region):
        rest = region[1]
        names = []
        blocks = []
        while found := TAB.match(rest):
            names.append(found["name"])
            blocks.append(f"```{found['language']} [{found['name']}]\n{found['code']}```\n")
            rest = rest[found.end() :]
        if rest.strip() or len(blocks) < 2:
            raise ValueError(f"{file}: between `<!-- tabs -->` and `<!-- end of tabs -->` there is more than named blocks: {rest.strip()[:80]!r}")
        return "::: code-group\n" + "\n".join(blocks) + ":::"

    changed = REGION.sub(group, text)
    if re.search(r"^<!-- (?:end of )?tabs -->$", changed, re.M):
        raise ValueError(f"{file}: `<!-- tabs -->` without `<!-- end of tabs -->`")
    return changed
