"""Runs a path on both sides in turn."""

import dataclasses
import statistics
from typing import List, Optional

from .agreement import Agreement, compare_all
from .side import read_numbers

# What a more careful user of the reference's libraries could do is told, but no goal: two rounds are enough.
ALSO_ROUNDS = 2


@dataclasses.dataclass
class Timed:
    """What a side took in the rounds of a path."""

    name: str
    seconds: List[float] = dataclasses.field(default_factory=list)
    peak_mb: float = 0.0
    pss_mb: float = 0.0
    flops: float = 0.0

    def add(self, reply):
        self.seconds.append(reply["seconds"])
        self.peak_mb = max(self.peak_mb, reply["peak_mb"])
        self.pss_mb = max(self.pss_mb, reply["pss_mb"])
        self.flops = reply["flops"]

    @property
    def median(self):
        return statistics.median(self.seconds)


@dataclasses.dataclass
class PathResult:
    name: str
    ours: Timed
    # The reference's fastest variant of those that the goal speaks of.
    theirs: Timed
    also: Optional[Timed]
    # Seconds of each variant when they were tried.
    trials: dict
    # FLOP/s of a large product, once a round.
    sgemm: List[float]
    agreements: list

    def faults(self):
        return [f"{self.name}, {a.name}: {a.fault}" for a in self.agreements if a.fault]

    def as_json(self):
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(stored):
        """What as_json wrote."""
        parts = {"ours": Timed(**stored["ours"]), "theirs": Timed(**stored["theirs"]),
                 "also": Timed(**stored["also"]) if stored["also"] else None,
                 "agreements": [Agreement(**agreement) for agreement in stored["agreements"]]}
        return PathResult(**(stored | parts))


def ratio(theirs, ours):
    """Ratio of medians, and the smallest and largest ratio of a round."""
    paired = [t / o for t, o in zip(theirs.seconds, ours.seconds)]
    return theirs.median / ours.median, min(paired), max(paired)


class Meter:
    def __init__(self, ours, theirs, folder, rounds, quick, say):
        self.ours, self.theirs = ours, theirs
        self.folder, self.rounds, self.quick, self.say = folder, rounds, quick, say
        self.fastest = {}

    def measure(self, path):
        goal, also, trials = self._choose(path)
        result = PathResult(path.name, Timed("ours"), Timed(goal), Timed(also) if also else None, trials, [], [])
        self._warm_up(path, result)
        rounds = self._rounds(path)
        for number in range(rounds):
            self._round(path, result, number)
            self.say(f"{path.name} round {number + 1}/{rounds}: ours {result.ours.seconds[-1]:.3g} s, "
                     f"{goal} {result.theirs.seconds[-1]:.3g} s")
        return result

    def _rounds(self, path):
        if path.long:
            return max(self.rounds // 2, 1)
        return self.rounds * 5 if path.short and not self.quick else self.rounds

    def _choose(self, path):
        """The reference's variant that counts, the one that is told beside it, and the times of those tried."""
        if path.variant_of in self.fastest:
            return self.fastest[path.variant_of], None, {}
        variants = self.theirs.greeting["variants"][path.name]
        goal, trials = self._fastest(path, [name for name, role in variants if role == "goal"])
        also, more = (None, {}) if self.quick else self._fastest(path, [name for name, role in variants if role == "also"])
        self.fastest[path.name] = goal
        return goal, also, trials | more

    def _fastest(self, path, names):
        """The fastest of some variants, each tried once; the first where nothing is to choose."""
        if len(names) < 2 or self.quick:
            return (names[0] if names else None), {}
        trials = {}
        for name in names:
            trials[name] = self.theirs.ask(run=path.name, variant=name, limit=path.trial)["seconds"]
            self.say(f"{path.name}: {name} tried, {trials[name]:.3g} s")
        return min(trials, key=trials.get), trials

    def _warm_up(self, path, result):
        self.ours.ask(run=path.name, limit=path.warm_up)
        for timed in (result.theirs, result.also):
            if timed:
                self.theirs.ask(run=path.name, variant=timed.name, limit=path.warm_up)

    def _round(self, path, result, number):
        limit = path.quick if self.quick else None
        result.sgemm.append(self._sgemm())
        turns = [(self.ours, result.ours, None), (self.theirs, result.theirs, result.theirs.name)]
        if number % 2 == 1:
            turns.reverse()
        if result.also and number < ALSO_ROUNDS:
            turns.append((self.theirs, result.also, result.also.name))
        numbers = {}
        for side, timed, variant in turns:
            file = self.folder / f"{path.name}.{side.name}.f64"
            reply = side.ask(run=path.name, variant=variant, limit=limit, out=str(file))
            timed.add(reply)
            numbers[timed.name] = read_numbers(reply, file)
            file.unlink()
        for name, theirs in numbers.items():
            if name != "ours":
                self._note(result, compare_all(numbers["ours"], theirs))

    def _sgemm(self):
        reply = self.ours.ask(run="sgemm")
        return reply["flops"] / reply["seconds"]

    @staticmethod
    def _note(result, agreements):
        """Of each kind of numbers the first fault is kept, else the largest difference."""
        for new in agreements:
            old = next((a for a in result.agreements if a.name == new.name), None)
            if old is None:
                result.agreements.append(new)
            elif not old.fault and (new.fault or new.largest > old.largest):
                result.agreements[result.agreements.index(old)] = new
