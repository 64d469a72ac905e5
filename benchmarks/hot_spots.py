#!/usr/bin/env python3
"""Where the time of AT2's hot paths goes: samples of perf (Debian's package linux-perf) by kind of work, as a table.

benchmarks/run --profile calls it.
"""

import argparse
import collections
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True

from driver import tables
from driver.goals import PATHS
from driver.side import Side, SideError

# The first pattern that the symbol or its library matches decides.
KINDS = (
    ("products", r"mkl_blas.*(gemm|gemv)|mkldnn.*gemm|few_rows::(coarse_)?product"),
    ("attention", r"flash_attention|at2::.*attend"),
    ("own loops", r"at2::"),
    ("waiting", r"libgomp|libiomp|sched_yield|futex"),
    ("memory", r"\[k\]|clear_page|memcpy|memmove|memset|malloc|_int_free|copy_kernel|direct_copy"),
    ("other LibTorch", r"libtorch|libc10|mkl_"),
)
LEAST_SECONDS = 3.0


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True, type=Path, help="benchmarks/paths of the build folder")
    parser.add_argument("--workload", required=True, type=Path)
    parser.add_argument("--folder", required=True, type=Path, help="for perf's files and logs")
    parser.add_argument("--threads", required=True, type=int)
    parser.add_argument("--page", type=Path, help="page whose table is rewritten; none without it")
    parser.add_argument("--quick", action="store_true", help="as ever: a path runs for a few seconds")
    return parser.parse_args()


def record(side, path, limit, file):
    """Samples of the program while it runs a path, again and again for a few seconds."""
    side.ask(run=path, limit=limit)
    perf = subprocess.Popen(["perf", "record", "-q", "-F", "499", "-p", str(side.process.pid), "-o", str(file)])
    time.sleep(0.5)
    start = time.monotonic()
    while time.monotonic() - start < LEAST_SECONDS:
        side.ask(run=path, limit=limit)
    perf.send_signal(signal.SIGINT)
    perf.wait()


def shares(file):
    """Share of the samples by kind, and the symbols with the most."""
    report = subprocess.run(["perf", "report", "-i", str(file), "--stdio", "--sort", "symbol,dso", "--percent-limit", "0.05"],
                            capture_output=True, text=True, check=True).stdout
    kinds, symbols = collections.Counter(), []
    for line in report.splitlines():
        found = re.match(r"\s*([0-9.]+)%\s+(.*)$", line)
        if not found:
            continue
        share, words = float(found.group(1)), " ".join(found.group(2).split())
        kind = next((kind for kind, pattern in KINDS if re.search(pattern, words)), "rest")
        kinds[kind] += share
        symbols.append((share, re.sub(r"^\[.\] |[<(].*", "", words).split(" ")[0]))
    return kinds, symbols


def main():
    options = parse_arguments()
    if not shutil.which("perf"):
        raise SideError("there is no perf: install the package linux-perf")
    names = [kind for kind, _ in KINDS] + ["rest"]
    rows = []
    command = [str(options.program), "--workload", str(options.workload), "--threads", str(options.threads)]
    for path in PATHS:
        with Side(f"profile_{path.name}", command, options.folder / "profile.log") as side:
            file = options.folder / f"{path.name}.perf"
            record(side, path.name, path.quick, file)
        kinds, symbols = shares(file)
        file.unlink()
        top = ", ".join(f"`{name}` {share:.0f} %" for share, name in symbols[:3])
        rows.append((path.title, *(f"{kinds[kind]:.0f} %" for kind in names), top))
        print(rows[-1], file=sys.stderr, flush=True)
    made = {"profile": tables.table(("path", *names, "symbols with the most samples"), rows)}
    print(made["profile"])
    if options.page:
        tables.rewrite(options.page, made)


if __name__ == "__main__":
    try:
        main()
    except (SideError, ValueError) as error:
        print(f"hot_spots.py: {error}", file=sys.stderr)
        sys.exit(2)
