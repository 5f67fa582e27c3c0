"""What is compared beside random requests: cases written by hand, etcdctl, and all that is stored in the end."""

import random

import cases
import command_line
import rpc
from connection import ask
from random_requests import EVERYTHING
from spelling import encode
from targets import Exchange

REVISIONS_COMPARED = 60


def run_cases(report, some_cases, everybody, synods):
    """Cases run on all targets, or on Synod's alone where etcd is known to answer otherwise or is not there."""
    for case in some_cases:
        exchange = everybody if case.etcd and everybody else synods
        is_rpc = case.is_rpc and not isinstance(case.request, bytes)
        answers = exchange.ask(case.path, case.request, case.method, is_rpc=is_rpc)
        complaints = [
            f"{target.name}: {wrong}\nanswer {str(answer)[:1000]}"
            for target, answer in zip(exchange.targets, answers) if (wrong := cases.complaint(case, answer))
        ]
        if exchange is everybody:
            complaints += exchange.complaints(answers, case.path, case.request, is_rpc)
        report.count(case.name, complaints)


def run_command_line(report, program, targets):
    ports = [target.nodes[0].port for target in targets]
    for arguments, text in command_line.COMMANDS:
        results = command_line.run_at_all(program, ports, arguments, text)
        complaints = [
            f"{target.name}\netcd    {results[0]}\nsynod   {result}"
            for target, result in zip(targets[1:], results[1:]) if result != results[0]
        ]
        report.count("etcdctl " + " ".join(arguments), complaints)


def run_last(report, exchange, generator):
    """Compares everything stored, now and at revisions of the past, at every member."""
    oldest = max(1, generator.compacted)
    span = range(oldest, generator.revision + 1)
    wanted = random.Random(report.seed).sample(span, min(len(span), REVISIONS_COMPARED))
    first = exchange.targets[0]
    for target in exchange.targets[1:]:
        for index, connection in enumerate(target.connections):
            complaints = []
            for revision in [0, *sorted(wanted)]:
                request = {**EVERYTHING, "revision": revision}
                answers = ask([first.connections[0], connection], "POST", "/v3/kv/range", [encode(request)] * 2, [()] * 2)
                complaints += Exchange([first, target], exchange.texts).complaints(answers, "/v3/kv/range", request)
                if complaints:
                    break
            report.count(f"all that {target.name}, member {index + 1}, stores, at {len(wanted)} revisions", complaints)
    compare_shapes(report, exchange)


def compare_shapes(report, exchange):
    """MemberList and Status differ in every value; they must have all the members that etcd's have."""
    for path in ("/v3/cluster/member/list", "/v3/maintenance/status"):
        for is_rpc in (False, True):
            answers = exchange.ask(path, {}, is_rpc=is_rpc)
            for target, answer in zip(exchange.targets[1:], answers[1:]):
                missing = shape(answers[0].body) - shape(answer.body)
                wrong = [f"missing: {sorted(missing)}"] if missing else []
                report.count(f"the members of {path} of {target.name}{', gRPC' if is_rpc else ''}", wrong)


def shape(value, path=""):
    """The paths of all members of a JSON value, with their types."""
    if isinstance(value, dict):
        return set().union(*(shape(inner, f"{path}.{name}") for name, inner in value.items()))
    if isinstance(value, list):
        return set().union(*(shape(inner, path + "[]") for inner in value))
    return {(path, type(value).__name__)}
