#!/usr/bin/env python3
"""The tables of docs/results/beyond_at2.md and of the README are those that tools/beyond_tables.py prints.

    beyond_tables_test.py SOURCE
"""

import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(sys.argv.pop(1))
RESULTS = SOURCE / "docs" / "results"
TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)


def printed(folder):
    return subprocess.run([SOURCE / "tools" / "beyond_tables.py", folder], capture_output=True, text=True, check=False)


def tables_of(text):
    return [table.rstrip("\n") for table in TABLE.findall(text + "\n")]


class BeyondTablesTest(unittest.TestCase):
    def test_the_page_has_the_tables_that_are_printed_and_no_others(self):
        *of_page, of_readme = tables_of(printed(RESULTS / "beyond").stdout)
        self.assertEqual(tables_of((RESULTS / "beyond_at2.md").read_text(encoding="utf-8")), of_page)
        self.assertIn(of_readme, tables_of((SOURCE / "README.md").read_text(encoding="utf-8")))

    def test_another_number_makes_another_table(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copytree(RESULTS / "beyond", Path(folder) / "beyond")
            numbers = copy / "drop-equal-n16" / "lds.csv"
            text = numbers.read_text(encoding="utf-8")
            self.assertIn("drop-lc-n16,,logit_contribution,1,16,32,270,270,0.389", text)
            numbers.write_text(text.replace("270,270,0.389", "270,270,0.789"), encoding="utf-8")
            self.assertIn("0.789 ± 0.053 (1)", printed(copy).stdout)

    def test_a_missing_table_is_named_with_what_makes_it(self):
        with tempfile.TemporaryDirectory() as folder:
            result = printed(folder)
        self.assertEqual(result.returncode, 1)
        self.assertIn("lds.csv is missing", result.stderr)
        self.assertIn("run tools/beyond_at2 tables first", result.stderr)


if __name__ == "__main__":
    unittest.main()
