"""The README's C block is a program. It is compiled with the library and run, and has to print the answer to a
preflight."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRINTED = """\
204
access-control-allow-origin: https://app.example.com
access-control-allow-methods: GET, HEAD, POST, PUT
access-control-allow-headers: accept, accept-language, content-language, content-type
access-control-max-age: 600
vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers
"""


class Readme(unittest.TestCase):
    def test_the_c_block_runs(self):
        blocks = re.findall(r"```c\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
        self.assertEqual(len(blocks), 1)
        with tempfile.TemporaryDirectory() as folder:
            source, program = Path(folder, "readme.c"), Path(folder, "readme")
            source.write_text("#define _GNU_SOURCE\n" + blocks[0])
            library = ROOT / "target" / "bindings"
            compile_it = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}", f"-I{ROOT / 'examples' / 'c'}", source, library / "libcorsac.a"]
            subprocess.run([*compile_it, "-lgcc_s", "-lpthread", "-lm", "-ldl", "-o", program], check=True)
            printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout
        self.assertEqual(printed, PRINTED)


if __name__ == "__main__":
    unittest.main()
