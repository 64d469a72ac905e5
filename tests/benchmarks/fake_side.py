"""Answers like a side of the comparison: every path at once, with the same numbers each time.

    fake_side.py [--threads N] [--seconds S] [--break PATH --number VALUE]

With --break, the last number of that path is VALUE. Its variants are "slow" and "fast".
"""

import argparse
import array
import json
import sys

NUMBERS = {
    "ablations_token": ("log_probs", [-1.0, -2.0]),
    "ablations_sentence": ("log_probs", [-1.0, -3.0]),
    "generate_1": ("ids", [7.0, 8.0]),
    "generate_8": ("ids", [7.0, 9.0]),
    "attribution": ("features", [0.25, 0.5]),
    "forward": ("log_probs", [-4.0]),
    "gradient": ("gradients", [100.0, 0.5]),
    "train_step": ("loss", [-0.5]),
}

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seconds", type=float, default=1.0)
parser.add_argument("--break", dest="broken")
parser.add_argument("--number", type=float)
options = parser.parse_args()


def answer(request):
    path = request["run"]
    if path == "sgemm":
        return {"path": path, "seconds": 1.0, "flops": 1e9, "numbers": [], "peak_mb": 1, "pss_mb": 1}
    name, values = NUMBERS[path]
    if path == options.broken:
        values = values[:-1] + [options.number]
    if "out" in request:
        with open(request["out"], "wb") as file:
            array.array("d", values).tofile(file)
    seconds = options.seconds * (2 if request.get("variant") == "slow" else 1)
    return {"path": path, "seconds": seconds, "flops": 0, "numbers": [[name, len(values)]], "peak_mb": 1, "pss_mb": 1}


print(json.dumps({"program": "fake", "commit": "none", "model": "fake", "threads": options.threads, "dtype": "float32",
                  "instruction_set": "none",
                  "variants": {path: [["slow", "goal"], ["fast", "goal"]] for path in NUMBERS}}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
