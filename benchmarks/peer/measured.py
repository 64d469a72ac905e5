"""One measured computation, as benchmarks/serve.h describes it."""

import dataclasses
import time

import numpy as np


@dataclasses.dataclass
class Measured:
    seconds: float
    # Name and values of what both sides computed: log_probs, ids, features, gradients, loss.
    numbers: list


@dataclasses.dataclass
class Variant:
    """A way to compute a path. `role`: "goal" is what the goal names, and the fastest of these counts; "also" is what a
    more careful user of the same libraries could do."""

    name: str
    role: str
    # Takes the request's limit (None = all of the work), returns Measured.
    run: object


class Stopwatch:
    def __init__(self):
        self.start = time.perf_counter()

    def seconds(self):
        return time.perf_counter() - self.start


def as_numbers(tensor):
    return np.ascontiguousarray(tensor.detach().double().numpy()).reshape(-1)
