#!/usr/bin/env python3
"""Steps per second and memory of the reference's trainer on features that lie on disk, as one line of JSON.

    training_from_disk.py --folder DIR --targets N --steps S [--threads T]

The reference keeps all features of a training set in one memory-mapped file and copies a batch out of it: what it has
touched stays in its resident memory for as long as the system likes. Run by benchmarks/training_memory.
"""

import argparse
import json
import time
from pathlib import Path


def megabytes(name):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--targets", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()

    import torch

    import training

    torch.set_num_threads(options.threads)
    path = training.TrainingPath(options.targets, options.folder)
    path.run(5)
    start = time.perf_counter()
    measured = path.run(options.steps)
    print(json.dumps({"targets": options.targets, "steps": options.steps, "steps_per_second": 1 / measured.seconds,
                      "seconds": time.perf_counter() - start, "peak_mb": megabytes("VmHWM"),
                      "file_mb": megabytes("RssFile"), "own_mb": megabytes("RssAnon")}))


main()
