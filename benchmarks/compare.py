#!/usr/bin/env python3
"""Times AT2 and the Python reference on the same work, in turns, and writes the tables of docs/performance.md.

benchmarks/run calls it; it needs the standard library only. Exit status 1 if the two computed different numbers, whatever
the times; 2 if one of them failed.
"""

import argparse
import json
import shlex
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from driver import machine, tables
from driver.goals import PATHS
from driver.measure import Meter, PathResult
from driver.side import Side, SideError

NAMES = [path.name for path in PATHS]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", required=True, metavar="COMMAND", help="serves AT2's paths (benchmarks/serve.h)")
    parser.add_argument("--theirs", required=True, metavar="COMMAND", help="serves the reference's")
    parser.add_argument("--folder", required=True, type=Path, help="for raw results and logs")
    parser.add_argument("--page", type=Path, help="page whose tables are rewritten; none without it")
    parser.add_argument("--paths", default=",".join(NAMES), help="which, with commas between (default: all)")
    parser.add_argument("--rounds", type=int, default=5, help="of each path (default %(default)s)")
    parser.add_argument("--update", action="store_true", help="of the other paths, take what was measured last")
    parser.add_argument("--quick", action="store_true", help="less work, one round, nothing chosen: to see that it works")
    options = parser.parse_args()
    options.paths = options.paths.split(",")
    unknown = [name for name in options.paths if name not in NAMES]
    if unknown:
        parser.error(f"unknown path {', '.join(unknown)}; there are {', '.join(NAMES)}")
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    if options.quick:
        options.rounds = 1
    return options


def say(text):
    print(text, file=sys.stderr, flush=True)


def check_greetings(ours, theirs):
    for key in ("threads", "dtype", "model"):
        if ours[key] != theirs[key]:
            raise SideError(f"the two sides differ in {key}: {ours[key]} and {theirs[key]}")


def measure_all(options):
    """Results by path, and what they were measured on."""
    with Side("ours", shlex.split(options.ours), options.folder / "ours.log") as ours, \
            Side("reference", shlex.split(options.theirs), options.folder / "reference.log") as theirs:
        check_greetings(ours.greeting, theirs.greeting)
        lines = machine.describe(ours.greeting, theirs.greeting, options.rounds)
        meter = Meter(ours, theirs, options.folder, options.rounds, options.quick, say)
        return {path.name: meter.measure(path) for path in PATHS if path.name in options.paths}, lines


def earlier_results(folder):
    """Results by path of the last run that was no quick one, in the order of PATHS."""
    try:
        stored = json.loads((folder / "results.json").read_text())
    except FileNotFoundError:
        raise ValueError(f"{folder} has no results to update: run it without --update first") from None
    if stored["quick"]:
        raise ValueError(f"the last results in {folder} are of a quick run: run it without --update first")
    return {name: PathResult.from_json(result) for name, result in stored["paths"].items()}


def main():
    options = parse_arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    earlier = earlier_results(options.folder) if options.update else {}
    results, lines = measure_all(options)
    results = earlier | results
    raw = {"machine": dict(lines), "quick": options.quick, "paths": {n: r.as_json() for n, r in results.items()}}
    (options.folder / "results.json").write_text(json.dumps(raw, indent=1) + "\n")
    faults = [fault for result in results.values() for fault in result.faults()]
    if faults:
        say("The two sides did not compute the same numbers; no table is written:\n  " + "\n  ".join(faults))
        return 1
    made = tables.all_tables(lines, results)
    print("\n\n".join(made.values()))
    if options.page:
        tables.rewrite(options.page, made)
        say(f"tables written to {options.page}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (SideError, ValueError) as error:
        say(f"compare.py: {error}")
        sys.exit(2)
