"""The stores under comparison, and how a request reaches all of them: by the JSON gateway or by gRPC."""

import itertools
import random

import comparison
import rpc
from connection import Connection, ask
from spelling import encode

# The metadata of gRPC and the header of HTTP that carry a token.
KEEP_ALIVE = "/v3/lease/keepalive"
OUTDATED = "etcdserver: revision of auth store is old"
TOKEN, AUTHORIZATION = "token", "Authorization"


class Drawn:
    """An identifier or a token that each target has made itself."""

    def __init__(self, values):
        self.values = values


class Target:
    """Servers that form one store, and the way to ask them. Requests go to the members in turn."""

    def __init__(self, name, nodes, place, vary=lambda path, request: request):
        self.name, self.nodes, self.place, self.vary = name, nodes, place, vary
        self.connections = [Connection(node.port) for node in nodes]
        self.channels = [rpc.Channel(node.port) for node in nodes]
        self.turns = itertools.cycle(range(len(nodes)))
        # What the store calls things that each store names itself, and what they are called in a comparison.
        self.names = {}
        self.terms = set()

    @property
    def is_led_anew(self):
        return len(self.terms) > 1

    def note_term(self, answer):
        """A busy machine may cost a cluster its leader."""
        term = answer.body.get("header", {}).get("raft_term") if answer.is_json and answer.status == 200 else None
        if term:
            self.terms.add(term)

    def own(self, value):
        """A request as this target is to get it: with the names that it has given."""
        if isinstance(value, Drawn):
            return value.values[self.place]
        if isinstance(value, dict):
            return {name: self.own(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.own(each) for each in value]
        return value

    def request(self, path, request):
        return request if isinstance(request, bytes) else self.own(self.vary(path, request))

    def body(self, path, request, spelling=None):
        """The JSON of a request, which each target may get in a form of its own."""
        request = self.request(path, request)
        return request if isinstance(request, bytes) else encode(request, spelling and random.Random(spelling))

    def close(self):
        for each in self.connections + self.channels:
            each.close()


def is_outdated(target, answer):
    return len(target.nodes) > 1 and answer.status == 400 and answer.body.get("message") == OUTDATED


class Exchange:
    """How requests are sent to all targets, and their answers compared; etcd comes first."""

    def __init__(self, targets, texts):
        self.targets, self.texts = targets, texts

    def ask(self, path, request, method="POST", spelling=None, is_rpc=False, token=None):
        """The answers of all targets to a request."""
        if path == KEEP_ALIVE:  # It says what the revision was before, at a member that may lag.
            self.settle()
        turns = [next(target.turns) for target in self.targets]
        tokens = [target.own(token) for target in self.targets]
        if is_rpc:
            channels = [target.channels[turn] for target, turn in zip(self.targets, turns)]
            messages = [target.request(path, request) for target in self.targets]
            metadata = [[] if each is None else [(TOKEN, each)] for each in tokens]
            answers = rpc.call_all(channels, rpc.METHODS[path], messages, metadata)
        else:
            bodies = [target.body(path, request, spelling) for target in self.targets]
            headers = [[] if each is None else [(AUTHORIZATION, each)] for each in tokens]
            connections = [target.connections[turn] for target, turn in zip(self.targets, turns)]
            answers = ask(connections, method, path, bodies, headers)
        for target, answer in zip(self.targets, answers):
            self.texts.note_answer(target, answer)
            if "/lease/" in path:
                target.note_term(answer)
        if any(is_outdated(target, answer) for target, answer in zip(self.targets, answers)):
            return self.ask_again(answers, path, request, is_rpc, token)
        return answers

    def ask_again(self, answers, path, request, is_rpc, token):
        """A member of a cluster that lags judges by older rights, and says so: clients ask again."""
        self.settle()
        for place, (target, answer) in enumerate(zip(self.targets, answers)):
            if is_outdated(target, answer):
                answers[place] = Exchange([target], self.texts).ask(path, request, is_rpc=is_rpc, token=token)[0]
        return answers

    def complaints(self, answers, path, request, is_rpc=False):
        """How the answers of the others differ from that of etcd."""
        found = []
        request = request if isinstance(request, dict) else {}
        for target, answer in zip(self.targets[1:], answers[1:]):
            names = (self.targets[0].names, target.names)
            wrong = comparison.difference(path, request, answers[0], answer, names, target.is_led_anew)
            if wrong:
                shown = str(self.targets[0].request(path, request))[:2000]
                found.append(f"{target.name}: {wrong}\nrequest {'gRPC ' if is_rpc else ''}{path} {shown}\n"
                             f"etcd    {str(answers[0])[:3000]}\nsynod   {str(answer)[:3000]}")
        return found

    def compare(self, path, request, **options):
        """Asks and compares: (etcd's answer, the complaints)"""
        answers = self.ask(path, request, **options)
        return answers[0], self.complaints(answers, path, request, options.get("is_rpc", False))

    def draw(self, answers, value_of, name):
        """Something that each target has made in its answer; None where one has not."""
        values = [value_of(answer) for answer in answers]
        if any(each is None for each in values):
            return None
        for target, value in zip(self.targets, values):
            target.names[str(value)] = name
        return Drawn(values)

    def settle(self):
        """Waits until each member has applied all that was acknowledged: each serves a linearizable read."""
        for target in self.targets[1:]:
            if len(target.nodes) > 1:
                # Refused or not: the answer comes when it has caught up.
                rpc.call_all(target.channels, rpc.KV + "Range", [{"key": b"a", "count_only": True}] * len(target.nodes))
