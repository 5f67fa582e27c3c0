"""`etcdctl check`: a minute of load on a node of its own, while other tests run."""

import re
import subprocess
import threading

import cluster
import etcdctl

COMMANDS = (("check", "perf"), ("check", "datascale", "--auto-compact", "--auto-defrag"))
CHECK_SECONDS_MAX = 150


class Checks(threading.Thread):
    """Runs the checks; then `failures` says what went wrong, by the command's name."""

    def __init__(self):
        super().__init__(daemon=True)
        self.endpoint = f"127.0.0.1:{cluster.servers.start([cluster.binary, 'serve'], 'checked')[0].port}"
        self.failures = {}

    def run(self):
        for words in COMMANDS:
            self.failures[" ".join(words[:2])] = self.failure(words)

    def failure(self, words):
        """What is wrong; empty if nothing is. How long the slowest request took depends on what else runs."""
        try:
            done = subprocess.run(["etcdctl", f"--endpoints={self.endpoint}", *words], env=etcdctl.ENVIRONMENT,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=CHECK_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            return f"not ended after {CHECK_SECONDS_MAX} s"
        verdicts = self.verdicts(done.stdout + "\n" + done.stderr)
        bad = [line for line in verdicts
               if not line.startswith(("PASS", "FAIL: Slowest", "FAIL: Stddev")) and line != "FAIL"]
        wanted = "PASS: Throughput" if "perf" in words else "PASS: Approximate"
        has_passed = any(line.startswith(wanted) for line in verdicts)
        return "" if has_passed and not bad else "\n".join(verdicts) or "it said nothing"

    @staticmethod
    def verdicts(said):
        """The lines that judge. The progress bar is drawn by another thread: the first may stand behind it."""
        return re.findall(r"(?:PASS|FAIL|Error|(?<=\n)\{)[^\r\n]*", said)

    def print_results(self):
        """Waits for the end; returns how many passed and failed."""
        self.join()
        for name, failure in self.failures.items():
            print(f"FAILED  etcdctl {name}\n{failure}" if failure else f"ok      etcdctl {name}", flush=True)
        failed = sum(bool(failure) for failure in self.failures.values())
        return len(self.failures) - failed, failed
