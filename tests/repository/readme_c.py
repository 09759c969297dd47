"""The README's C block is a program but for its frame: it is compiled against the library as built, and run."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRAME = """#define _GNU_SOURCE
#include "cors_lines.h"
#include <stdio.h>

int main(void)
{
%s
    for (size_t i = 0; i < lines.count; i++) printf("%%s: %%s\\n", lines.line[i].name.ptr, lines.line[i].value.ptr);
    cors_end(&lines);
    corsac_policy_free(policy);
}
"""


class Readme(unittest.TestCase):
    def test_the_c_block_runs(self):
        blocks = re.findall(r"```c\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
        self.assertEqual(len(blocks), 1)
        with tempfile.TemporaryDirectory() as folder:
            source, program = Path(folder, "readme.c"), Path(folder, "readme")
            source.write_text(FRAME % blocks[0])
            library = ROOT / "target" / "bindings"
            compile_it = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}", f"-I{ROOT / 'examples' / 'c'}", source, library / "libcorsac.a"]
            subprocess.run([*compile_it, "-lgcc_s", "-lpthread", "-lm", "-ldl", "-o", program], check=True)
            printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout
        self.assertEqual(printed.splitlines(), ["access-control-allow-origin: https://app.example.com", "vary: Accept-Language, Origin"])


if __name__ == "__main__":
    unittest.main()
