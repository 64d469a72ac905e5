"""One of the two programs that are compared, and the numbers that it computed."""

import array
import json
import subprocess
import sys


class SideError(Exception):
    """A program that did not start, ended, or could not do what it was asked for."""


class Side:
    """A running program that answers a JSON line with a JSON line (benchmarks/serve.h)."""

    def __init__(self, name, command, log):
        self.name = name
        self.log = log
        with open(log, "wb") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        self.greeting = self._read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise SideError(f"{self.name} ended (see {self.log}): its last words are there")
        return json.loads(line)

    def ask(self, **request):
        """The reply to a request. \\throws SideError if it is an error"""
        self.process.stdin.write(json.dumps({key: value for key, value in request.items() if value is not None}).encode())
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        reply = self._read()
        if "error" in reply:
            raise SideError(f"{self.name} could not run {request} ({reply['error']}): see {self.log}")
        return reply


def read_numbers(reply, file):
    """Arrays of float64 by name, from the file that a reply describes."""
    values = array.array("d")
    values.frombytes(file.read_bytes())
    if sys.byteorder == "big":
        values.byteswap()
    named, begin = {}, 0
    for name, count in reply["numbers"]:
        named[name] = values[begin:begin + count]
        begin += count
    if begin != len(values):
        raise SideError(f"{file} has {len(values)} numbers, the reply speaks of {begin}")
    return named
