"""The README's C block is a program but for its frame: it is compiled against the library as built, and run."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRAME = "#include <corsac.h>\n#include <stdio.h>\n\nint main(void)\n{\n%s\n    printf(\"%%zu\\n\", decision.header_count);\n    corsac_policy_free(policy);\n}\n"


class Readme(unittest.TestCase):
    def test_the_c_block_runs(self):
        blocks = re.findall(r"```c\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
        self.assertEqual(len(blocks), 1)
        with tempfile.TemporaryDirectory() as folder:
            source, program = Path(folder, "readme.c"), Path(folder, "readme")
            source.write_text(FRAME % blocks[0])
            library = ROOT / "target" / "bindings"
            compile_it = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}", source, library / "libcorsac.a"]
            subprocess.run([*compile_it, "-lgcc_s", "-lpthread", "-lm", "-ldl", "-o", program], check=True)
            printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout
        # REMOVE for the six headers that are not set, then the origin and Vary.
        self.assertEqual(printed.split()[-1], "8")


if __name__ == "__main__":
    unittest.main()
