"""Clients that were written for etcd, unchanged, against three Synod nodes."""

import argparse
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "Differential"))

import etcdctl_checks  # noqa: E402
import cluster  # noqa: E402
import recipes  # noqa: E402
from servers import Servers  # noqa: E402

CLIENTS = ("etcd3", "etcd3gw", "streams", "etcdctl")
PARTS = CLIENTS + ("recipes", "checks")


def arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/test-clients", description=__doc__,
        epilog='The last line is "N passed, N failed"; the exit status is 1 when one failed. '
               "The long form: --part recipes --seconds 600 --kill-seconds 20.")
    parser.add_argument("--binary", help="the program to test; default: the debug build")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; may be repeated")
    parser.add_argument("--seconds", type=int, default=30, help="how long the recipes run (30)")
    parser.add_argument("--kill-seconds", type=int, default=9, help="the time from kill to kill (9)")
    return parser.parse_args()


def debug_binary():
    subprocess.run(["swift", "build", "--product", "synod"], cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
    path = subprocess.run(["swift", "build", "--show-bin-path"], cwd=ROOT, check=True, capture_output=True,
                          text=True, stdin=subprocess.DEVNULL).stdout.strip()
    return str(pathlib.Path(path) / "synod")


class Result(unittest.TextTestResult):
    """Counts what passed."""

    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def run_clients(parts):
    """Runs the tests of the client libraries; returns how many passed and failed."""
    suite = unittest.TestSuite()
    for part in parts:
        suite.addTests(unittest.defaultTestLoader.loadTestsFromName(f"{part}_tests"))
    runner = unittest.TextTestRunner(stream=sys.stdout, resultclass=Result, verbosity=2)
    result = runner.run(suite)
    return result.passed, len(result.failures) + len(result.errors)


def run_recipes(nodes, options):
    """Runs the Go recipes; each of them is a test, and what is wrong with none of them is one more."""
    lines, complaints = recipes.run(nodes, options.seconds, options.kill_seconds)
    for complaint in complaints:
        print(f"FAILED  {complaint}")
    passed = sum(line.startswith("ok ") for line in lines)
    return passed, sum(line.startswith("FAILED ") for line in lines) + len(complaints)


def run_parts(parts, options):
    """How many passed and failed in each part; the checks run beside the others."""
    checking = None
    if "checks" in parts:
        checking = etcdctl_checks.Checks()
        checking.start()
    cluster.nodes = cluster.servers.start([cluster.binary, "serve"], "member", count=3)
    clients = [part for part in CLIENTS if part in parts]
    if clients:
        yield run_clients(clients)
    if "recipes" in parts:
        yield run_recipes(cluster.nodes, options)
    if checking:
        yield checking.print_results()


def main():
    options = arguments()
    parts = options.part or PARTS
    binary = str(pathlib.Path(options.binary).resolve()) if options.binary else debug_binary()
    with Servers() as servers:
        cluster.servers, cluster.binary = servers, binary
        counts = list(run_parts(parts, options))
    passed, failed = sum(count[0] for count in counts), sum(count[1] for count in counts)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
