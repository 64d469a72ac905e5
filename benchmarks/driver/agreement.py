"""Whether both sides computed the same."""

import dataclasses
import math

from .goals import TOLERANCES


@dataclasses.dataclass
class Agreement:
    name: str
    count: int
    # Largest difference, in the unit of the tolerance: absolute, or relative to the largest number. For ids, their share
    # that differs.
    largest: float
    tolerance: str
    # Empty, or what is wrong.
    fault: str

    def as_json(self):
        return dataclasses.asdict(self)


def compare(name, ours, theirs):
    tolerance = TOLERANCES[name]
    if len(ours) != len(theirs) or not theirs:
        return Agreement(name, len(theirs), math.inf, tolerance.words,
                         f"{len(ours)} numbers of ours, {len(theirs)} of the reference")
    differences = [abs(a - b) for a, b in zip(ours, theirs)]
    scale = max(map(abs, theirs)) if tolerance.relative else 1.0
    # A comparison with NaN is false: it counts as beyond the limit.
    wrong = [i for i, difference in enumerate(differences) if not difference <= tolerance.limit * scale]
    if name == "ids":
        largest = len(wrong) / len(theirs)
    else:
        largest = math.nan if any(map(math.isnan, differences)) else max(differences) / (scale or 1.0)
    fault = ""
    if wrong:
        at = wrong[0]
        fault = f"{len(wrong)} of {len(theirs)} differ, first number {at}: {ours[at]!r} of ours, {theirs[at]!r} of the reference"
    return Agreement(name, len(theirs), largest, tolerance.words, fault)


def compare_all(ours, theirs):
    if list(ours) != list(theirs):
        return [Agreement("names", 0, math.inf, "identical", f"ours gives {list(ours)}, the reference {list(theirs)}")]
    return [compare(name, ours[name], theirs[name]) for name in theirs]
