#!/usr/bin/env python3
"""Measures how the time of AT2's hot paths grows, and writes the curves' tables of docs/performance.md.

benchmarks/run --curves calls it, with a Python that has numpy (for tools/make_random_checkpoint.py).
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True

from driver import tables
from driver.side import Side, SideError

ROOT = Path(__file__).resolve().parent.parent
NARROW = "--layers 2 --width 128 --heads 2 --kv-heads 1 --feed-forward 256 --vocabulary 4096".split()
LENGTHS = (256, 512, 1024, 2048, 4096, 8192)
LENGTHS_OF_DEFAULT = (256, 512, 1024, 2048)
ABLATIONS = (8, 16, 32, 64, 128)
TARGETS = (1, 2, 4, 8, 16)
EXAMPLES = 4


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True, type=Path, help="benchmarks/paths of the build folder")
    parser.add_argument("--folder", required=True, type=Path, help="for the narrow model, raw results and logs")
    parser.add_argument("--threads", required=True, type=int)
    parser.add_argument("--page", type=Path, help="page whose tables are rewritten; none without it")
    parser.add_argument("--rounds", type=int, default=3, help="of each point; the median counts (default %(default)s)")
    parser.add_argument("--quick", action="store_true", help="one round of each curve's first two points")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    return options


def say(text):
    print(text, file=sys.stderr, flush=True)


class Curves:
    def __init__(self, options):
        self.options = options
        self.raw = {}

    def side(self, name, *arguments, threads=None):
        command = [str(self.options.program), "--threads", str(threads or self.options.threads), *arguments]
        return Side(name, command, self.options.folder / f"{name}.log")

    def points(self, side, name, path, key, values, **fixed):
        """Median seconds and FLOP/s at each value of `key`."""
        if self.options.quick:
            values = values[:2]
        side.ask(run=path, **(fixed | {key: values[0]}))
        points = []
        for value in values:
            replies = [side.ask(run=path, **(fixed | {key: value})) for _ in range(self.options.rounds)]
            seconds = statistics.median(reply["seconds"] for reply in replies)
            points.append({key: value, "seconds": seconds, "flops": replies[0]["flops"], "peak_mb": replies[-1]["peak_mb"]})
            say(f"{name}: {key} {value}: {seconds:.4g} s")
        self.raw[name] = points
        return points

    @staticmethod
    def rows(key, points):
        """Each point with the exponent of growth since the one before: 1 = proportional, 2 = quadratic."""
        rows = []
        for before, point in zip([None, *points], points):
            exponent = "-"
            if before:
                growth = math.log(point["seconds"] / before["seconds"]) / math.log(point[key] / before[key])
                exponent = f"{growth:.2f}"
            rate = f"{point['flops'] / point['seconds'] / 1e9:.1f}" if point["flops"] else "-"
            rows.append((f"{point[key]:,}", tables.seconds(point["seconds"]), exponent, rate, f"{point['peak_mb']:.0f}"))
        return rows

    def table(self, key, *curves):
        rows = [(title, *row) for title, points in curves for row in self.rows(key, points)]
        return tables.table(("curve", key, "time", "exponent", "GFLOP/s", "peak MB"), rows)

    def length(self, narrow):
        with self.side("narrow", "--model", str(narrow), "--weight-cache", "none") as side:
            ablations = self.points(side, "narrow, 8 ablations", "curve_ablations", "length", LENGTHS, ablations=8)
            attribution = self.points(side, "narrow, attribution", "curve_attribution", "length", LENGTHS)
        with self.side("default") as side:
            default = self.points(side, "default, 8 ablations", "curve_ablations", "length", LENGTHS_OF_DEFAULT, ablations=8)
        return self.table("length", ("8 ablations, narrow model", ablations), ("attribution, narrow model", attribution),
                          ("8 ablations, default model", default))

    def ablations_and_targets(self):
        with self.side("default") as side:
            masks = self.points(side, "ablations", "curve_ablations", "ablations", ABLATIONS, length=384)
            attribution = self.points(side, "targets, attribution", "curve_attribution", "targets", TARGETS, length=512)
            gradient = self.points(side, "targets, gradient", "curve_gradient", "targets", TARGETS, length=512)
        return (self.table("ablations", ("384 tokens", masks)),
                self.table("targets", ("attribution, 512 tokens", attribution), ("gradient, 512 tokens", gradient)))

    def processes(self):
        """The same examples by one process and by two, as ranks of a machine take them."""
        layouts = dict.fromkeys([(1, 1), (2, 1), (1, max(2, self.options.threads))])
        rows = []
        for count, threads in layouts:
            seconds, pss_mb = self._examples(count, threads)
            layouts[count, threads] = seconds
            rows.append((str(count), str(threads), tables.seconds(seconds), f"{layouts[1, 1] / seconds:.2f}x",
                         f"{pss_mb:.0f}"))
        self.raw["processes"] = rows
        return tables.table(("processes", "threads of each", f"{EXAMPLES} examples of 32 ablations", "faster",
                             "PSS of all, MB"), rows)

    def _examples(self, count, threads):
        sides = [self.side(f"process{i}", threads=threads) for i in range(count)]
        try:
            for side in sides:
                side.ask(run="curve_ablations", length=384, ablations=8)
            start = time.perf_counter()
            with ThreadPoolExecutor(count) as pool:
                list(pool.map(lambda side: [side.ask(run="curve_ablations", length=384)
                                            for _ in range(EXAMPLES // count)], sides))
            seconds = time.perf_counter() - start
            pss_mb = sum(side.ask(run="curve_ablations", length=384, ablations=8)["pss_mb"] for side in sides)
        finally:
            for side in sides:
                side.__exit__()
        say(f"{count} processes of {threads} threads: {seconds:.4g} s, {pss_mb:.0f} MB")
        return seconds, pss_mb


def main():
    options = parse_arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    narrow = options.folder / "narrow_model"
    subprocess.run([sys.executable, ROOT / "tools/make_random_checkpoint.py", narrow, *NARROW], check=True)
    curves = Curves(options)
    length = curves.length(narrow)
    ablations, targets = curves.ablations_and_targets()
    made = {"curve-length": length, "curve-ablations": ablations, "curve-targets": targets,
            "curve-processes": curves.processes()}
    (options.folder / "curves.json").write_text(json.dumps(curves.raw, indent=1) + "\n")
    print("\n\n".join(made.values()))
    if options.page:
        tables.rewrite(options.page, made)
        say(f"tables written to {options.page}")


if __name__ == "__main__":
    try:
        main()
    except (SideError, ValueError) as error:
        say(f"curves.py: {error}")
        sys.exit(2)
