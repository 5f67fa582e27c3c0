"""Synod and etcd 3.5.1 side by side: hand-written requests, then random ones, then what is stored."""

import argparse
import itertools
import json
import pathlib
import random
import signal
import subprocess
import sys
import time

import cases
import command_line
import comparison
from connection import Broken, Connection, ask
from generator import Generator
from servers import Servers, Unavailable, etcd_folder
from spelling import encode, operations, ranges

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
REQUESTS_DEFAULT = 20_000
SECONDS_DEFAULT = 60
# Kept for starting, stopping and the last comparison.
SECONDS_BEHIND = 12
REQUESTS_PER_CASE = 1000
DIFFERENCES_MAX = 5
REVISIONS_COMPARED = 60
FAILED_SHARE_MIN, NESTED_SHARE_MIN = 0.3, 0.1
EVERYTHING = {"key": b"\0", "range_end": b"\0"}


class Target:
    """Servers that form one store, and the way to ask them. Requests go to the members in turn."""

    def __init__(self, name, nodes, vary=lambda path, request: request):
        self.name, self.vary = name, vary
        self.connections = [Connection(node.port) for node in nodes]
        self.turns = itertools.cycle(self.connections)

    def body(self, path, request, spelling):
        """The bytes for a request, which each target may get in a form of its own."""
        if isinstance(request, bytes):
            return request
        return encode(self.vary(path, request), spelling and random.Random(spelling))


class Report:
    """Counts cases and prints what went wrong."""

    def __init__(self, seed):
        self.seed = seed
        self.passed = self.failed = 0

    def count(self, name, complaints):
        if complaints:
            self.failed += 1
            print(f"FAILED  {name}")
            for complaint in complaints:
                print("        " + complaint.replace("\n", "\n        "), flush=True)
        else:
            self.passed += 1


def exchange(targets, method, path, request, spelling=None):
    """The answers of all targets to a request."""
    bodies = [target.body(path, request, spelling) for target in targets]
    return ask([next(target.turns) for target in targets], method, path, bodies)


def complaints_about(targets, answers, path, request):
    """How the answers of Synod differ from that of etcd, which comes first."""
    found = []
    for target, answer in zip(targets[1:], answers[1:]):
        wrong = comparison.difference(path, request, answers[0], answer)
        if wrong:
            body = targets[0].body(path, request, None)[:2000].decode(errors="replace")
            found.append(f"{target.name}: {wrong}\nrequest {path} {body}\netcd    {str(answers[0])[:3000]}\n"
                         f"synod   {str(answer)[:3000]}")
    return found


def run_cases(report, some_cases, etcd, synods):
    for case in some_cases:
        targets = etcd + synods if case.etcd else synods
        answers = exchange(targets, case.method, case.path, case.request)
        complaints = [
            f"{target.name}: {wrong}\nanswer {str(answer)[:1000]}" for target, answer in zip(targets, answers)
            if (wrong := cases.complaint(case, answer))
        ]
        if etcd and case.etcd:
            request = case.request if isinstance(case.request, dict) else {}
            complaints += complaints_about(targets, answers, case.path, request)
        report.count(case.name, complaints)


class Tally:
    """What kinds of requests were sent."""

    def __init__(self):
        self.sent = self.failed = self.transactions = self.nested = self.set_aside = 0

    def add(self, path, request, answer):
        self.sent += 1
        self.failed += answer.status != 200
        if path.endswith("/txn") and isinstance(request, dict):
            self.transactions += 1
            self.nested += any("request_txn" in each for each in operations(request))

    def __str__(self):
        share = 100 / max(1, self.sent)
        return (f"{self.sent} random requests: {self.failed * share:.0f} % failed as they should, "
                f"{self.transactions * share:.0f} % transactions, {self.nested * share:.0f} % with nested ones; "
                f"{self.set_aside} set aside")

    def complaints(self):
        if self.sent < REQUESTS_PER_CASE:
            return []
        enough = self.failed >= FAILED_SHARE_MIN * self.sent and self.nested >= NESTED_SHARE_MIN * self.sent
        return [] if enough else [f"too few failed requests or nested transactions: {self}"]


def run_random(report, targets, count, deadline):
    """Random requests, until there were enough, the time is up or too much differs."""
    generator = Generator(random.Random(report.seed))
    everything = exchange(targets, "POST", "/v3/kv/range", EVERYTHING)[0]
    generator.revision = everything.revision
    generator.compacted = 5  # As the hand-written cases leave it.
    tally, differences, number = Tally(), 0, 0
    while number < count and differences < DIFFERENCES_MAX and time.monotonic() < deadline:
        complaints = []
        first = number + 1
        while number < min(count, first + REQUESTS_PER_CASE - 1) and time.monotonic() < deadline:
            number += 1
            found = step(generator, targets, number, tally)
            complaints += [f"seed {report.seed}, request {number}: {each}" for each in found]
            if len(complaints) >= DIFFERENCES_MAX:
                break
        differences += len(complaints)
        report.count(f"random requests {first} to {number}", complaints)
    print(tally)
    report.count("the random requests are of all kinds", tally.complaints())
    return generator


def step(generator, targets, number, tally):
    """Sends the next request; returns the differences."""
    method, path, request = generator.next()
    if path.endswith("/txn") and isinstance(request, dict) and comparison.escapes_etcd(request):
        tally.set_aside += 1
        return []
    answers = exchange(targets, method, path, request, spelling=number)
    tally.add(path, request, answers[0])
    if isinstance(request, dict):
        generator.note(path, request, answers[0])
    return complaints_about(targets, answers, path, request if isinstance(request, dict) else {})


def run_command_line(report, program, targets):
    ports = [target.connections[0].port for target in targets]
    for arguments, text in command_line.COMMANDS:
        results = command_line.run_at_all(program, ports, arguments, text)
        complaints = [
            f"{target.name}\netcd    {results[0]}\nsynod   {result}"
            for target, result in zip(targets[1:], results[1:]) if result != results[0]
        ]
        report.count("etcdctl " + " ".join(arguments), complaints)


def run_last(report, targets, generator):
    """Compares everything stored, now and at revisions of the past, at every member."""
    oldest = max(1, generator.compacted)
    span = range(oldest, generator.revision + 1)
    wanted = random.Random(report.seed).sample(span, min(len(span), REVISIONS_COMPARED))
    for target in targets[1:]:
        for index, connection in enumerate(target.connections):
            complaints = []
            for revision in [0, *sorted(wanted)]:
                request = {**EVERYTHING, "revision": revision}
                pair = [targets[0], target]
                answers = ask([targets[0].connections[0], connection], "POST", "/v3/kv/range", [encode(request)] * 2)
                complaints += complaints_about(pair, answers, "/v3/kv/range", request)
                if complaints:
                    break
            report.count(f"all that {target.name}, member {index + 1}, stores, at {len(wanted)} revisions", complaints)
    compare_shapes(report, targets)


def compare_shapes(report, targets):
    """MemberList and Status differ in every value; they must have all the members that etcd's have."""
    for path in ("/v3/cluster/member/list", "/v3/maintenance/status"):
        answers = exchange(targets, "POST", path, {})
        for target, answer in zip(targets[1:], answers[1:]):
            missing = shape(answers[0].body) - shape(answer.body)
            wrong = [f"missing: {sorted(missing)}"] if missing else []
            report.count(f"the members of {path} of {target.name}", wrong)


def shape(value, path=""):
    """The paths of all members of a JSON value, with their types."""
    if isinstance(value, dict):
        return set().union(*(shape(inner, f"{path}.{name}") for name, inner in value.items()))
    if isinstance(value, list):
        return set().union(*(shape(inner, path + "[]") for inner in value))
    return {(path, type(value).__name__)}


def debug_binary():
    subprocess.run(["swift", "build", "--product", "synod"], cwd=ROOT, check=True, stdin=subprocess.DEVNULL,
                   stdout=sys.stderr)
    shown = subprocess.run(["swift", "build", "--show-bin-path"], cwd=ROOT, check=True, stdin=subprocess.DEVNULL,
                           capture_output=True, text=True)
    return pathlib.Path(shown.stdout.strip()) / "synod"


def run(options, binary, report, etcd):
    deadline = time.monotonic() + options.seconds - SECONDS_BEHIND
    with Servers() as servers:
        serve = [str(binary), "serve", "--log-level", "warn"]
        synods = [Target("synod", servers.start(serve, "synod"))]
        if not options.no_cluster:
            nodes = servers.start(serve, "member", count=3)
            synods.append(Target("cluster", nodes, lambda path, request: comparison.for_cluster(path, request, ranges)))
        if not etcd:
            run_cases(report, cases.all_cases(), [], synods)
            return run_cases(report, cases.many_keys(), [], synods)
        nodes = servers.start([str(etcd / "etcd"), "--log-level", "error"], "etcd")
        oracle = Target("etcd", nodes, lambda path, request: comparison.for_etcd(path, request, ranges))
        targets = [oracle, *synods]
        run_cases(report, cases.all_cases(), [oracle], synods)
        generator = run_random(report, targets, options.requests, deadline)
        run_last(report, targets, generator)
        run_cases(report, cases.many_keys(), [oracle], synods)
        run_command_line(report, str(etcd / "etcdctl"), targets)


def arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/test-differential", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Sends the same requests to etcd 3.5.1, to one Synod node and to a cluster of three, and compares "
        "answers and\nerrors: hand-written ones, random ones, and some by etcdctl; then all that is stored. "
        "docs/decisions/0011 says what may\ndiffer. The last line is \"N passed, N failed\"; the exit status is 1 when "
        "one failed. etcd comes from PyPI at the\nfirst run; where it cannot be had, the hand-written requests "
        "run on Synod alone.")
    parser.add_argument("--requests", type=int, default=REQUESTS_DEFAULT, help="random requests (default %(default)s)")
    parser.add_argument("--seed", type=int, default=None, help="what they are made from (default: the time)")
    parser.add_argument("--seconds", type=int, default=SECONDS_DEFAULT,
                        help="stop sending random requests in time for this limit (default %(default)s)")
    parser.add_argument("--binary", type=pathlib.Path, help="the program to test (default: the debug build)")
    parser.add_argument("--no-cluster", action="store_true", help="one node only")
    return parser.parse_args()


def main():
    # A signal must not leave servers behind: it ends the program like any error.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments()
    binary = (options.binary or debug_binary()).resolve()
    report = Report(options.seed if options.seed is not None else time.time_ns() % 1_000_000)
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
