#!/usr/bin/env python3
"""Prints the table of worst differences in docs/models.md, from what `at2 verify-model` measures.

    tools/model_table.py build/at2

The checkpoints are those of tests/golden/tiny-models; numbers depend a little on the processor.
"""

import re
import subprocess
import sys
from pathlib import Path

GOLDENS = Path(__file__).resolve().parent.parent / "tests" / "golden" / "tiny-models"
DTYPES = ["float32", "float16", "bfloat16"]
LINE = re.compile(r"^  +(?P<what>\S.*?)  +(?P<difference>\S+)  allowed +(?P<tolerance>\S+)  (?P<verdict>\S+)$")


def measure(program, golden):
    """Largest difference of logits and of attention, full and ablated, for each dtype."""
    command = [program, "verify-model", "--model", str(golden.parent), "--golden", str(golden), "--threads", "1"]
    for dtype in DTYPES:
        command += ["--dtype", dtype]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    rows, dtype = {}, None
    for line in lines:
        if line.split(" ")[0] in DTYPES and line.endswith(":"):
            dtype = line.split(" ")[0]
            rows[dtype] = {"logits": 0.0, "attention": 0.0}
        found = LINE.match(line)
        if found:
            for quantity in rows[dtype]:
                if found["what"].startswith(quantity):
                    rows[dtype][quantity] = max(rows[dtype][quantity], float(found["difference"]))
    return rows


def main():
    program = sys.argv[1]
    print("| checkpoint, golden | " + " | ".join(f"{dtype}: logits, attention" for dtype in DTYPES) + " |")
    print("| --- " * (len(DTYPES) + 1) + "|")
    for golden in sorted(GOLDENS.glob("*/golden*.safetensors")):
        rows = measure(program, golden)
        cells = [f"{rows[dtype]['logits']:.1e}, {rows[dtype]['attention']:.1e}" for dtype in DTYPES]
        print(f"| {golden.parent.name}, {golden.stem} | " + " | ".join(cells) + " |")


main()
