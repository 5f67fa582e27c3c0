"""Synod and etcd 3.5.1 side by side: hand-written requests, then random ones, then what is stored."""

import argparse
import pathlib
import signal
import subprocess
import sys
import time

import cases
import checks
import comparison
from clusters import Clusters
from connection import Broken
from contests import RandomContests
from explained import EXPLAINED
from random_requests import RandomRequests, Tally
from random_rights import RandomRights
from report import Report
from servers import Servers, Unavailable, etcd_folder
from spelling import ranges
from streams import Streams
from targets import Exchange, Target
from texts import Texts
from upkeep import Upkeep

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
REQUESTS_DEFAULT, REQUESTS_LONG = 20_000, 220_000
SECONDS_DEFAULT, SECONDS_LONG = 70, 5400
# Kept for starting and stopping, and for all that is not random.
SECONDS_BEHIND = 28
# Which part of the random requests, and of the time, is about what.
KEYS_SHARE, RIGHTS_SHARE, CONTESTS_SHARE = 0.78, 0.18, 0.04
# What decides on the answers: the shortest lease, that passwords cost little, and progress that can be waited for.
FLAGS = ["--heartbeat-interval", "100", "--election-timeout", "1000", "--bcrypt-cost", "4",
         "--experimental-watch-progress-notify-interval", "700ms"]


def debug_binary():
    subprocess.run(["swift", "build", "--product", "synod"], cwd=ROOT, check=True, stdin=subprocess.DEVNULL,
                   stdout=sys.stderr)
    shown = subprocess.run(["swift", "build", "--show-bin-path"], cwd=ROOT, check=True, stdin=subprocess.DEVNULL,
                           capture_output=True, text=True)
    return pathlib.Path(shown.stdout.strip()) / "synod"


def commands(binary, etcd):
    """How each kind of server is started; etcd comes first."""
    found = {"etcd": [str(etcd / "etcd"), "--log-level", "error", *FLAGS]} if etcd else {}
    return {**found, "synod": [str(binary), "serve", "--log-level", "warn", *FLAGS]}


def start(servers, options, binary, etcd):
    """The stores that are compared; etcd, if there is one, comes first."""
    how = commands(binary, etcd)
    groups = [("synod", servers.start(how["synod"], "synod"), lambda path, request: request)]
    if not options.no_cluster:
        nodes = servers.start(how["synod"], "member", count=3)
        groups.append(("cluster", nodes, lambda path, request: comparison.for_cluster(path, request, ranges)))
    if etcd:
        nodes = servers.start(how["etcd"], "etcd")
        groups.insert(0, ("etcd", nodes, lambda path, request: comparison.for_etcd(path, request, ranges)))
    return [Target(name, nodes, place, vary) for place, (name, nodes, vary) in enumerate(groups)]


def run_random(options, report, everybody, tally):
    """Random requests of all kinds."""
    began, rest = time.monotonic(), options.seconds - SECONDS_BEHIND
    requests = RandomRequests(report, everybody, tally)
    if not options.skip_keys:
        requests.run(round(options.requests * KEYS_SHARE), began + KEYS_SHARE * rest)
    rights = RandomRights(report, everybody, tally, requests.generator)
    rights.run(round(options.requests * RIGHTS_SHARE), began + (KEYS_SHARE + RIGHTS_SHARE) * rest)
    return requests


def run(options, binary, report, etcd):
    texts, tally = Texts(), Tally()
    with Servers(options.in_memory) as servers:
        targets = start(servers, options, binary, etcd)
        synods = Exchange([each for each in targets if each.name != "etcd"], texts)
        everybody = Exchange(targets, texts) if etcd else None
        checks.run_cases(report, cases.all_cases(), everybody, synods)
        if not etcd:
            return checks.run_cases(report, cases.many_keys(), None, synods)
        requests = RandomRequests(report, everybody, tally)
        requests = run_random(options, report, everybody, tally)
        if report.failed:
            return print("what differs spoils the rest: not run")
        checks.run_last(report, everybody, requests.generator)
        checks.run_cases(report, cases.many_keys(), everybody, synods)
        checks.run_command_line(report, str(etcd / "etcdctl"), targets)
        Streams(report, everybody).run()
        contests = RandomContests(report, everybody, tally)
        contests.run(round(options.requests * CONTESTS_SHARE), time.monotonic() + options.seconds * CONTESTS_SHARE)
        Upkeep(report, everybody).run()
        if options.long:
            Clusters(report, servers, commands(binary, etcd), texts).run()
        print(tally)
        if not options.skip_keys:
            report.count("the random requests are of all kinds", tally.complaints())
    conclude(options, report, texts)


def conclude(options, report, texts):
    """The table of all texts, and what may differ."""
    print("\n".join(texts.table()))
    if options.long:
        report.count("every text that can be had was seen", [f"not seen: {each}" for each in texts.missing()])
    print("differences that are meant: " + "; ".join(name for name, _ in EXPLAINED))


def arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/test-differential", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Sends the same requests to etcd 3.5.1, to one Synod node and to a cluster of three, by gRPC and by "
        "JSON,\nand compares answers, errors and events: hand-written ones, random ones, and some by etcdctl; then all that\n"
        "is stored. docs/decisions/0011 says what may differ. The last line is \"N passed, N failed\"; the exit status is\n"
        "1 when one failed. etcd comes from PyPI at the first run; where it cannot be had, the hand-written requests\n"
        "run on Synod alone.")
    parser.add_argument("--requests", type=int, help=f"random requests (default {REQUESTS_DEFAULT})")
    parser.add_argument("--seed", type=int, default=None, help="what they are made from (default: the time)")
    parser.add_argument("--seconds", type=int,
                        help=f"stop sending random requests in time for this limit (default {SECONDS_DEFAULT})")
    parser.add_argument("--long", action="store_true",
                        help=f"{REQUESTS_LONG} requests and {SECONDS_LONG} seconds unless told; says how far it is, and asks "
                        "that every text of the API was seen")
    parser.add_argument("--in-memory", action="store_true", help="keep the stores' data in memory; --long implies it")
    parser.add_argument("--binary", type=pathlib.Path, help="the program to test (default: the debug build)")
    parser.add_argument("--skip-keys", action="store_true", help="no random requests of keys, leases and watches")
    parser.add_argument("--no-cluster", action="store_true", help="one node only")
    options = parser.parse_args()
    options.in_memory = options.in_memory or options.long
    options.requests = options.requests or (REQUESTS_LONG if options.long else REQUESTS_DEFAULT)
    options.seconds = options.seconds or (SECONDS_LONG if options.long else SECONDS_DEFAULT)
    return options


def main():
    # A signal must not leave servers behind: it ends the program like any error.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments()
    binary = (options.binary or debug_binary()).resolve()
    report = Report(options.seed if options.seed is not None else time.time_ns() % 1_000_000, options.long)
    print(f"seed {report.seed}", flush=True)
    try:
        etcd = etcd_folder()
    except Unavailable as reason:
        etcd = None
        print(f"SKIPPED: the comparison with etcd 3.5.1, which cannot be had here: {reason}")
    try:
        run(options, binary, report, etcd)
    except Broken as error:
        report.count("the servers answer", [f"seed {report.seed}: {error}"])
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0
