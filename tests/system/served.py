"""A server program in a process of its own, for serve_test.py and page_test.py."""

import os
import re
import signal
import subprocess
import sys
import threading


def skip(why):
    """Ends the test: nothing was tried, which with AT2_TEST_ALL is a failure."""
    print(why + ": nothing was tried")
    sys.exit(1 if os.environ.get("AT2_TEST_ALL") else 77)


class Served:
    """Starts COMMAND and waits for the line with its address."""

    def __init__(self, command, environment=None, patience=120):
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})}
        )
        # A start that hangs must not hang the test.
        timer = threading.Timer(patience, self.process.kill)
        timer.start()
        self.line = self.process.stdout.readline()
        timer.cancel()
        address = re.match(r"at2 serve: (http://(\S+?):(\d+)) \(model (.+)\)$", self.line)
        if not address:
            self.process.kill()
            raise RuntimeError(f"{command} said {self.line!r} and {self.process.stderr.read()!r}")
        self.url, self.port, self.model = address[1], int(address[3]), address[4]

    def kill(self):
        """As kill -9 does."""
        self.process.kill()
        self.process.wait()
        self._close()

    def stop(self, number=signal.SIGTERM, patience=60):
        """Asks it to end; returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(timeout=patience)
        self._close()
        return status

    def _close(self):
        self.process.stdout.close()
        self.process.stderr.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._close()
