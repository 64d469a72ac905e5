"""Exit status 0 if two run folders hold the same values, but for times: python3 equal_runs.py A B"""
import json
import pathlib
import sys

import h5py


def values(folder):
    found = {}
    for path in sorted(folder.rglob("*.h5")):
        name = str(path.relative_to(folder))
        with h5py.File(path) as file:
            def visit(key, item):
                if isinstance(item, h5py.Dataset) and not {"cost", "header"} & set(key.split("/")):
                    value = item[()]
                    found[f"{name}:{key}"] = value.tobytes() if hasattr(value, "tobytes") else value
            file.visititems(visit)
    return found


def without_times(value):
    if isinstance(value, dict):
        return {key: without_times(child) for key, child in value.items() if key != "timing"}
    return [without_times(child) for child in value] if isinstance(value, list) else value


a, b = (pathlib.Path(word) for word in sys.argv[1:3])
x, y = values(a), values(b)
if not x:
    sys.exit(f"{a} holds no values")
different = sorted(key for key in x.keys() | y.keys() if x.get(key) != y.get(key))
if different:
    sys.exit(f"{len(different)} of {len(x)} values differ, the first: {different[0]}")
metrics = [without_times(json.loads((run / "metrics.json").read_text())) for run in (a, b)]
if metrics[0] != metrics[1]:
    sys.exit("metrics.json differs")
print(f"{len(x)} values and the metrics are equal")
