"""The faults that tests/system/faults does to runs.

Each returns whether it hit a running program, and raises Failure if that did not end as it should.
"""
import os
import signal
import subprocess
import time

from fault_processes import HANG, Failure, fail, run, send

SILENCE = 2.0  # seconds, comm.silence_seconds where a rank falls silent; elsewhere a busy machine is no silence
STOPPED = 75


class Series:
    """Faults on one run folder, one after another."""

    def __init__(self, place, name, total, rng):
        self.place, self.out, self.total, self.rng = place, name, total, rng

    def draw_ranks(self, least=0):
        return self.rng.randint(least, 3)

    def start(self, ranks, **options):
        return self.place.start(self.out, ranks, **options)

    def wait_for_moment(self, group, from_work=True):
        """Until a random number of further shards is there, and a random moment longer."""
        have = len(self.place.shards(self.out))
        wanted = have + self.rng.randint(0, max(0, self.total - have))
        moment = self.rng.random() * 0.15
        while group.alive() and (len(self.place.shards(self.out)) < wanted or (
                from_work and "run folder" not in open(group.log, errors="replace").read())):
            time.sleep(0.01)
        time.sleep(moment)
        return group.alive()

    def kill_rank(self):
        ranks = self.draw_ranks(2)
        return self.kill(self.start(ranks), lambda pids: [self.rng.choice(pids[1:])])

    def kill_rank0(self):
        return self.kill(self.start(self.draw_ranks()), lambda pids: pids[:1])

    def kill(self, group, choose):
        self.wait_for_moment(group, self.rng.random() < 0.8)
        pids = group.pids()
        hit = len(pids) == max(1, group.ranks) and send(choose(pids)[0], signal.SIGKILL)
        status = group.wait("kill -9")
        if hit and status == 0 and "report:" not in open(group.log, errors="replace").read():
            fail("exit status 0 after kill -9", group.log)
        return hit

    def kill_all(self):
        group = self.start(self.draw_ranks())
        hit = self.wait_for_moment(group, self.rng.random() < 0.8)
        group.kill_all()
        return hit

    def sigterm(self):
        return self.ask_to_stop(signal.SIGTERM)

    def sigusr1(self):
        return self.ask_to_stop(signal.SIGUSR1)

    def ask_to_stop(self, number):
        group = self.start(self.draw_ranks())
        self.wait_for_moment(group)
        pids = group.pids()
        some = pids if self.rng.random() < 0.5 else [self.rng.choice(pids)] if pids else []
        hit = [pid for pid in some if send(pid, number)]
        status = group.wait("stopping in order")
        said = open(group.log, errors="replace").read()
        # Asked in its last moments, it is finished before it looks.
        if hit and not (status == STOPPED and "stopped by SIG" in said or status == 0 and "report:" in said):
            fail(f"exit status {status} after {number!r}", group.log)
        return bool(hit) and status == STOPPED

    def stop_rank(self):
        """A rank that stops answering: for good, or for less than the limit."""
        group = self.start(self.draw_ranks(2), silence=SILENCE)
        self.wait_for_moment(group)
        pids = group.pids()
        if len(pids) != group.ranks:
            group.wait("stopping a rank")
            return False
        pid = self.rng.choice(pids)
        before = time.monotonic()
        hit = send(pid, signal.SIGSTOP)
        if self.rng.random() < 0.25:
            time.sleep(SILENCE / 4)
            send(pid, signal.SIGCONT)
            if group.wait("a short silence") not in (0, 1):
                fail("after a short silence", group.log)
            return hit
        status = self.wait_for_silence(group)
        said = open(group.log, errors="replace").read()
        if status == 0 and "report:" in said:
            return False  # it was past its last message
        if status == 0 or "has not answered for" not in said:
            fail(f"exit status {status} with a silent rank, after {time.monotonic() - before:.1f} s", group.log)
        return hit

    @staticmethod
    def wait_for_silence(group):
        """As wait(); but who falls silent after the last message, in MPI's own farewell, is not watched any more."""
        try:
            return group.process.wait(HANG / 2)
        except subprocess.TimeoutExpired:
            group.kill_all()
            if "report:" not in open(group.log, errors="replace").read():
                fail(f"a silent rank: no end after {HANG / 2:.0f} s", group.log)
            return 0

    def disk_full(self):
        ballast = os.path.join(self.place.disk, "ballast")
        group = self.start(self.draw_ranks())
        hit = self.wait_for_moment(group)
        try:
            with open(ballast, "wb", buffering=0) as file:
                while file.write(bytes(65536)) == 65536:
                    pass
        except OSError:
            pass
        spare = self.rng.choice([0, 4096, 20480])
        os.truncate(ballast, max(0, os.path.getsize(ballast) - spare))
        status = group.wait("a full disk")
        os.unlink(ballast)
        return hit and self.refused(group, status, "No space left")

    def read_only(self):
        """The run folder alone, as by a bind mount: a file system with open files cannot be made read-only."""
        group = self.start(self.draw_ranks())
        hit = self.wait_for_moment(group)
        path = self.place.path(self.out)
        if not os.path.isdir(path):
            group.wait("a read-only folder")
            return False
        # Made read-only elsewhere and then moved here: in between, the run would open files for writing.
        aside = os.path.join(self.place.disk, "aside")
        os.makedirs(aside, exist_ok=True)
        run(["mount", "--bind", path, aside])
        run(["mount", "-o", "remount,bind,ro", aside])
        run(["mount", "--move", aside, path])
        try:
            status = group.wait("a read-only folder")
        finally:
            run(["umount", "--lazy", path])
        return hit and self.refused(group, status, "Read-only file system")

    @staticmethod
    def refused(group, status, reason):
        if status == 0:
            return False  # it had written everything
        said = open(group.log, errors="replace").read()
        if "error: " not in said or reason not in said:
            fail(f"exit status {status} without a word on the reason", group.log)
        return True

    def two_groups(self):
        """Two programs at once on the folder; one of them may be killed, the other must reach the end."""
        groups = [self.start(self.draw_ranks()) for _ in range(2)]
        hit = self.wait_for_moment(groups[0])
        if self.rng.random() < 0.5:
            groups[0].kill_all()
        elif groups[0].wait("the first of two") != 0:
            fail("the first of two programs", groups[0].log)
        if groups[1].wait("the second of two") != 0:
            fail("the second of two programs", groups[1].log)
        return hit

    def clock_jumps(self):
        """File times jump to and fro while two programs work on the folder."""
        groups = [self.start(self.draw_ranks()) for _ in range(2)]
        jumps = 0
        while any(group.alive() for group in groups):
            for folder, _, names in os.walk(self.place.path(self.out)):
                for name in names:
                    then = time.time() + self.rng.choice([-1, 1]) * self.rng.randint(60, 10**8)
                    try:
                        os.utime(os.path.join(folder, name), (then, then))
                        jumps += 1
                    except OSError:
                        pass
            time.sleep(0.05)
        for group in groups:
            if group.wait("clock jumps") != 0:
                fail("clock jumps", group.log)
        return jumps > 0

    def late_renames(self):
        """Files take their names up to a second after they were written, for two programs at once."""
        late = {"LD_PRELOAD": self.place.shim, "AT2_RENAMES_LATE": str(self.rng.choice([50, 200, 1000]))}
        groups = [self.start(self.draw_ranks(), environment=late) for _ in range(2)]
        hit = self.wait_for_moment(groups[0])
        if self.rng.random() < 0.3:
            groups[0].kill_all()
        elif groups[0].wait("late renames") != 0:
            fail("late renames, the first of two programs", groups[0].log)
        if groups[1].wait("late renames") != 0:
            fail("late renames, the second of two programs", groups[1].log)
        return hit

    def damaged_shard(self):
        """A finished shard loses its end or has flipped bits: it must be measured again."""
        group = self.start(self.draw_ranks())
        self.wait_for_moment(group)
        group.kill_all()
        shards = sorted(self.place.shards(self.out))
        if not shards:
            return False
        shard = self.rng.choice(shards)
        size = os.path.getsize(shard)
        with open(shard, "r+b") as file:
            if self.rng.random() < 0.5:
                file.truncate(self.rng.randrange(size))
            else:
                at = self.rng.randrange(size)
                file.seek(at)
                byte = file.read(1)[0]
                file.seek(at)
                file.write(bytes([byte ^ (1 << self.rng.randrange(8))]))
        return True

    def finish(self, reference):
        """Runs the command to its end and compares. \\return the seconds it took"""
        begin = time.monotonic()
        group = self.start(self.draw_ranks())
        if group.wait("the last run") != 0:
            fail("the last run does not reach its end", group.log)
        result = subprocess.run([self.place.tools(), "compare", self.place.path(reference), self.place.path(self.out)],
                                capture_output=True, text=True)
        if result.returncode != 0:
            fail("not the undisturbed run's values:\n" + result.stdout + result.stderr)
        litter = [name for _, _, names in os.walk(self.place.path(self.out)) for name in names
                  if name.endswith(".claim")]
        if litter:
            fail("claims are left: " + ", ".join(litter))
        return time.monotonic() - begin


# damaged_shard needs checksums of whole shards: a flipped bit in a part that HDF5 does not check changes values.
KINDS = ["kill_rank", "kill_rank0", "kill_all", "sigterm", "sigusr1", "stop_rank", "disk_full", "read_only",
         "two_groups", "clock_jumps", "late_renames"]
OTHER_KINDS = ["damaged_shard"]
