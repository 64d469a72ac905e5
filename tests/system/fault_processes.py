"""at2 processes on a small disk, for tests/system/faults."""
import os
import signal
import subprocess
import time

HANG = 120.0  # seconds after which a process that should end counts as hanging
CLAIM = 2.0  # seconds, store.claim_seconds of all runs


class Failure(Exception):
    """A fault that was not recovered from."""


def fail(text, log=None):
    tail = "" if log is None else "\n" + "\n".join(open(log, errors="replace").read().splitlines()[-15:])
    raise Failure(text + tail)


class Group:
    """One at2 with its ranks, as a user starts it."""

    def __init__(self, place, out, ranks, log, environment=None, silence=60):
        command = [place.program, "run", "config.yaml", "--out", out]
        command += ["--set", f"comm.silence_seconds={silence}", "--set", f"store.claim_seconds={CLAIM}"]
        if ranks > 0:
            launcher = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "--quiet"]
            launcher += ["-n", str(ranks)]
            for name in environment or {}:
                launcher += ["-x", name]
            command = launcher + command
        self.ranks, self.log, self.program = ranks, log, place.program
        variables = dict(os.environ, OMPI_MCA_btl_vader_single_copy_mechanism="none", OMP_WAIT_POLICY="PASSIVE",
                         **(environment or {}))
        with open(log, "w") as output:
            self.process = subprocess.Popen(command, cwd=place.folder, env=variables, stdout=output,
                                            stderr=subprocess.STDOUT, start_new_session=True)

    def alive(self):
        return self.process.poll() is None

    def pids(self):
        """Processes of the ranks, by rank."""
        if self.ranks == 0:
            return [self.process.pid] if self.alive() else []
        found = {}
        for name in os.listdir("/proc"):
            try:
                if not name.isdigit():
                    continue
                status = open(f"/proc/{name}/stat").read()
                if int(status[status.rfind(")") + 2:].split()[1]) != self.process.pid:
                    continue
                variables = open(f"/proc/{name}/environ").read().split("\0")
                if not open(f"/proc/{name}/cmdline").read().startswith(self.program):
                    continue
                rank = [v for v in variables if v.startswith("OMPI_COMM_WORLD_RANK=")]
                found[int(rank[0].split("=")[1])] = int(name)
            except (OSError, IndexError, ValueError):
                continue
        return [found[rank] for rank in sorted(found)]

    def wait(self, what):
        """Exit status. A process that does not end is a failure, and is killed."""
        try:
            return self.process.wait(HANG)
        except subprocess.TimeoutExpired:
            self.kill_all()
            fail(f"{what}: no end after {HANG:.0f} s", self.log)

    def kill_all(self):
        ranks = self.pids()
        for pid in [self.process.pid] + ranks:
            send(pid, signal.SIGKILL)
        self.process.wait()
        for pid in ranks:
            deadline = time.monotonic() + 10
            while os.path.exists(f"/proc/{pid}") and time.monotonic() < deadline:
                try:
                    os.waitpid(pid, os.WNOHANG)  # the ranks have become our children
                except ChildProcessError:
                    pass
                time.sleep(0.01)


def send(pid, number):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


class Place:
    """Where everything happens: the tiny model on a small disk."""

    def __init__(self, build, folder):
        self.build = os.path.abspath(build)
        self.program = os.path.join(self.build, "at2")
        self.shim = os.path.join(self.build, "tests", "liblate_renames.so")
        self.disk = os.path.join(folder, "disk")
        self.logs = os.path.join(folder, "logs")
        self.folder = os.path.join(self.disk, "tiny")
        self.starts = 0
        os.mkdir(self.disk)
        os.mkdir(self.logs)
        run(["mount", "-t", "tmpfs", "-o", "size=48m", "none", self.disk])
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        run([self.tools(), "make", self.folder], cwd=root)

    def tools(self):
        return os.path.join(self.build, "tests", "system", "fault_tools")

    def start(self, out, ranks, **options):
        self.starts += 1
        return Group(self, out, ranks, os.path.join(self.logs, f"{self.starts:04d}.txt"), **options)

    def path(self, out):
        return os.path.join(self.folder, out)

    def shards(self, out):
        return [os.path.join(folder, name) for folder, _, names in os.walk(self.path(out)) for name in names
                if name.startswith("chunk-") and name.endswith(".h5")]


def run(command, cwd=None):
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {result.stdout}{result.stderr}")
    return result.stdout
