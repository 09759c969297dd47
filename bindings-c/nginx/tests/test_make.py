"""The library with which `make` links the module: a new one, another one, or none at all."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import context

FOLDER = Path(__file__).resolve().parents[1]
# A text in the library, which shows with which library a module was linked.
TEXT, OTHER = b"add the origin to `allow_origins`", b"ADD THE ORIGIN TO `allow_origins`"


class Make(unittest.TestCase):
    """The tests use a copy of the folder in which the module was built, because configuring nginx's sources takes
    a long time."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="corsac-make-")
        self.addCleanup(folder.cleanup)
        self.folder, built = Path(folder.name), context.MODULE.parent
        self.out, self.prefix = self.folder / "out", built / "prefix"
        self.module = self.out / context.MODULE.name
        shutil.copytree(built, self.out, ignore=shutil.ignore_patterns("prefix"), symlinks=True)
        makefile = self.out / "Makefile"
        times = makefile.stat()
        makefile.write_text(makefile.read_text().replace(str(built), str(self.out)))
        os.utime(makefile, ns=(times.st_atime_ns, times.st_mtime_ns))

    def make(self, prefix, good=True):
        """The output of `make`, and the module's contents."""
        command = ["make", "--silent", "--no-print-directory", "-C", FOLDER, f"OUT={self.out}", f"CORSAC_PREFIX={prefix}"]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode == 0, good, done.stdout + done.stderr)
        return done.stdout, self.module.read_bytes()

    def other_library(self):
        """A prefix with another library, which is older than any module."""
        prefix = self.folder / "other"
        (prefix / "lib").mkdir(parents=True)
        shutil.copytree(self.prefix / "include", prefix / "include")
        library = prefix / "lib" / "libcorsac.a"
        contents = (self.prefix / "lib" / "libcorsac.a").read_bytes()
        self.assertIn(TEXT, contents)
        library.write_bytes(contents.replace(TEXT, OTHER))
        os.utime(library, (1, 1))
        return prefix, library

    def test_what_is_linked(self):
        said, module = self.make(self.prefix)
        self.assertEqual(said, f"linked {self.module} with {self.prefix}/lib/libcorsac.a\n")
        self.assertIn(TEXT, module)
        times = self.module.stat().st_mtime_ns
        self.assertEqual(self.make(self.prefix)[0], f"{self.module} is up to date with {self.prefix}/lib/libcorsac.a\n")
        self.assertEqual(self.module.stat().st_mtime_ns, times)

        # Another prefix.
        prefix, library = self.other_library()
        said, module = self.make(prefix)
        self.assertEqual(said, f"linked {self.module} with {library}\n")
        self.assertIn(OTHER, module)
        self.assertNotIn(TEXT, module)

        # Another library in the same place.
        library.write_bytes(library.read_bytes().replace(OTHER, TEXT))
        os.utime(library, (1, 1))
        said, module = self.make(prefix)
        self.assertEqual(said, f"linked {self.module} with {library}\n")
        self.assertIn(TEXT, module)

        # If there is no library, `make` says what to type, and the existing module stays.
        library.unlink()
        said, module = self.make(prefix, good=False)
        self.assertIn(f"missing: {library}\n", said)
        self.assertIn(f"/bindings-c install PREFIX={prefix}\n", said)
        self.assertIn("CORSAC_PREFIX=", said)
        self.assertIn(TEXT, module)
