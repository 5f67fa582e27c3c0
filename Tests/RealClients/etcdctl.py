"""etcdctl as a program: that of Debian, and that of etcd 3.5.1, which has more commands."""

import os
import queue
import signal
import subprocess
import threading

from servers import Unavailable, etcd_folder

COMMAND_SECONDS_MAX = 20
LINE_SECONDS_MAX = 15
ENVIRONMENT = {**os.environ, "ETCDCTL_API": "3"}


def newer():
    """The program of etcd 3.5.1; None where it cannot be had."""
    try:
        return str(etcd_folder() / "etcdctl")
    except Unavailable:
        return None


def run(program, endpoints, *words, text="", environment=None):
    """(exit status, lines of the output, what it complained of)"""
    done = subprocess.run([program, f"--endpoints={endpoints}", *words], input=text, capture_output=True, text=True,
                          env={**ENVIRONMENT, **(environment or {})}, timeout=COMMAND_SECONDS_MAX)
    return done.returncode, done.stdout.splitlines(), done.stderr


class Running:
    """One that goes on: what is typed into it, and what it prints."""

    def __init__(self, program, endpoints, *words):
        self.process = subprocess.Popen([program, f"--endpoints={endpoints}", *words], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        env=ENVIRONMENT)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def type(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def next(self, count):
        """The next lines of its output; None stands for the end."""
        return [self.lines.get(timeout=LINE_SECONDS_MAX) for _ in range(count)]

    def prints(self):
        """Whether there is output that was not looked at."""
        return not self.lines.empty()

    def end(self, number=signal.SIGINT):
        """Ends it as by Ctrl-C; returns its status."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        try:
            return self.process.wait(LINE_SECONDS_MAX)
        finally:
            self.process.kill()
            self.process.stdin.close()
            self.reader.join()
            self.process.stdout.close()
