"""What is measured, what it must reach, and how numbers of the two sides are compared."""

import dataclasses
from typing import Optional


@dataclasses.dataclass(frozen=True)
class Path:
    name: str
    title: str
    # Least ratio of the reference's time to ours; None = measured only.
    goal: Optional[float] = None
    # Least share of the machine's rate of large products.
    rate_goal: Optional[float] = None
    # Largest share of the time of one plain forward pass.
    forward_goal: Optional[float] = None
    # Work of a warm-up, of choosing between variants, and of --quick; None = the path has no smaller size.
    warm_up: Optional[int] = None
    trial: Optional[int] = None
    quick: Optional[int] = None
    # Path whose fastest variant of the reference is taken, since the work of one pass is the same; its other variants, too,
    # are timed there only.
    variant_of: Optional[str] = None
    # Whether a round takes many minutes, so that half as many are enough; or less than a second, so that five times as
    # many cost little and even out what else the machine does.
    long: bool = False
    short: bool = False


PATHS = (
    Path("ablations_token", "32 ablations, token sources", 2.5, rate_goal=0.75, warm_up=1, trial=32, quick=4),
    Path("ablations_sentence", "256 ablations, sentence sources", 4.0, warm_up=1, quick=16,
         variant_of="ablations_token", long=True),
    Path("generate_1", "generation, 1 prompt", 3.0, warm_up=2, quick=12),
    Path("generate_8", "generation, 8 prompts of different length", 2.5, warm_up=2, quick=12),
    Path("attribution", "attribution features of a response", 5.0, forward_goal=0.05, short=True),
    Path("forward", "one plain forward pass", short=True),
    Path("gradient", "gradient baseline, one target", 1.5),
    Path("train_step", "training step, 512 x 32 x 1024", 5.0, warm_up=1, quick=2, short=True),
)


@dataclasses.dataclass(frozen=True)
class Tolerance:
    limit: float
    # Whether the limit is multiplied by the largest absolute value of the reference.
    relative: bool
    words: str


TOLERANCES = {
    "log_probs": Tolerance(2e-3, False, "2e-3"),
    "features": Tolerance(1e-5, False, "1e-5"),
    "gradients": Tolerance(1e-3, True, "1e-3 of the largest"),
    "loss": Tolerance(1e-5, False, "1e-5"),
    "ids": Tolerance(0.0, False, "identical"),
}
