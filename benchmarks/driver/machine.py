"""What the numbers were measured on."""

import datetime
import os
import platform
import re
from pathlib import Path


def _first(pattern, file):
    found = re.search(pattern, Path(file).read_text(), re.MULTILINE)
    return found.group(1).strip() if found else "unknown"


def describe(ours, theirs, rounds):
    """Lines of a table: what, value."""
    processor = _first(r"^model name\s*:\s*(.*)$", "/proc/cpuinfo")
    memory = int(_first(r"^MemTotal:\s+(\d+)", "/proc/meminfo")) / 2**20
    return [
        ("processor", f"{processor}, {len(os.sched_getaffinity(0))} cores"),
        ("memory", f"{memory:.0f} GiB"),
        ("system", f"{platform.system()} {platform.release()}"),
        ("instruction set", f"{ours['instruction_set']} (ours), {theirs['instruction_set']} (reference)"),
        ("threads", f"{ours['threads']} each"),
        ("number format", ours["dtype"]),
        ("model", ours["model"]),
        ("ours", f"{ours['program']}, commit {ours['commit'][:12]}{'-dirty' if ours['commit'].endswith('dirty') else ''}"),
        ("reference", f"{theirs['program']}"),
        ("rounds", str(rounds)),
        ("load before", " ".join(f"{load:.2f}" for load in os.getloadavg())),
        ("date", datetime.date.today().isoformat()),
    ]
