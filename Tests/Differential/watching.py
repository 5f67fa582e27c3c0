"""Streams of watches at all targets, which see the same requests and must tell of the same events."""

import collections
import random
import time

import http2
import protobuf
import rpc
from targets import TOKEN

WATCH = rpc.WATCH + "Watch"
SECONDS_MAX = 10
# Nothing more comes when nothing came for so long: etcd looks for watches that lag every 100 ms.
QUIET_SECONDS, QUIET_SECONDS_LAGGING = 0.02, 0.3
FUTURE_MAX = 30
FIXED_IDS = (1, 2, 3, 4, 9, -5, 1 << 40)
EVENTS, CONTROL_FIELDS = 11, ("watch_id", "created", "canceled", "compact_revision", "cancel_reason")


class Record:
    """What one target has sent on one stream."""

    def __init__(self):
        self.created, self.progress, self.wrong = [], [], []
        self.canceled = collections.defaultdict(list)
        self.events = collections.defaultdict(list)
        # Of each watch: the revision of its last event, and whether a fragment of it is open.
        self.last = {}
        # The watches of which fragments came, and those that were told of progress by themselves.
        self.fragments, self.notified = set(), {}
        # How many responses came beside the latter.
        self.news = 0

    def add(self, message):
        fields = [(number, value) for number, _, value in protobuf.pieces(message)]
        events = [value for number, value in fields if number == EVENTS]
        response = protobuf.decode("WatchResponse", b"".join(
            protobuf.delimited(number, value) if isinstance(value, bytes) else
            protobuf.varint(number << 3) + protobuf.varint(value) for number, value in fields if number != EVENTS))
        identifier = int(response.get("watch_id", 0))
        revision = int(response.get("header", {}).get("revision", 0))
        control = {name: response[name] for name in CONTROL_FIELDS if name in response}
        if response.get("created"):
            self.created.append((control, revision))
            self.last.pop(identifier, None)
        elif response.get("canceled"):
            self.canceled[identifier].append(control)
        elif events:
            self.add_events(identifier, events, revision, response.get("fragment", False))
        elif identifier == -1:
            self.progress.append(revision)
        else:
            self.notified[identifier] = revision
            return
        self.news += 1

    def add_events(self, identifier, events, revision, is_fragment):
        first, last = revision_of(events[0]), revision_of(events[-1])
        before, was_fragment = self.last.get(identifier, (0, False))
        if first < before or (first == before and not was_fragment):
            self.wrong.append(f"watch {identifier}: events of revision {first} after those of {before}")
        if revision < last:
            self.wrong.append(f"watch {identifier}: the header says {revision}, an event {last}")
        self.last[identifier] = (last, is_fragment)
        if is_fragment:
            self.fragments.add(identifier)
        self.events[identifier] += events


def revision_of(event):
    """The revision of an event, undecoded."""
    for number, _, value in protobuf.pieces(event):
        if number == 2:
            return next((revision for field, _, revision in protobuf.pieces(value) if field == 3), 0)
    return 0


class Together:
    """One stream at each target."""

    def __init__(self, exchange, member, token=None):
        self.exchange, self.member = exchange, member
        self.channels = [target.channels[member % len(target.channels)] for target in exchange.targets]
        bearers = [[] if token is None else [(TOKEN, target.own(token))] for target in exchange.targets]
        self.calls = [rpc.Call(channel, WATCH, metadata=each, ends=False)
                      for channel, each in zip(self.channels, bearers)]
        self.records = [Record() for _ in self.calls]
        self.created_count = self.progress_count = 0
        self.ids, self.burned = [], []
        self.begins_later = self.lags = False

    def read(self):
        for call, record in zip(self.calls, self.records):
            for message in call.messages():
                record.add(message)

    def send(self, request):
        for target, call in zip(self.exchange.targets, self.calls):
            call.send(target.own(request))

    def until(self, condition, seconds=SECONDS_MAX):
        """Reads until a condition holds of all records."""
        def holds():
            self.read()
            return all(condition(record) for record in self.records)
        return http2.wait_until([channel.held for channel in self.channels], holds, seconds)

    def create(self, request, compacted):
        self.send({"create_request": request})
        self.created_count += 1
        if not self.until(lambda record: len(record.created) >= self.created_count):
            return [f"no answer to the creation of a watch {request}: {[each.created for each in self.records]}"]
        control = self.records[0].created[-1][0]
        identifier = int(control.get("watch_id", 0))
        if not control.get("canceled"):
            # What compaction ends, etcd 3.5.1 still knows: its id stays taken, and it may be ended again.
            (self.burned if 0 < request.get("start_revision", 0) < compacted else self.ids).append(identifier)
        for target, record in zip(self.exchange.targets, self.records):
            if reason := record.created[-1][0].get("cancel_reason"):
                self.exchange.texts.note(target, reason)
        return []

    def cancel(self, identifier):
        self.send({"cancel_request": {"watch_id": identifier}})
        if identifier not in self.ids:
            return []
        self.ids.remove(identifier)
        before = [len(record.canceled[identifier]) for record in self.records]
        order = {id(record): count for record, count in zip(self.records, before)}
        if not self.until(lambda record: len(record.canceled[identifier]) > order[id(record)]):
            return [f"no answer to the end of watch {identifier}"]
        return []

    def ask_progress(self):
        self.send({"progress_request": {}})
        self.progress_count += 1
        if not self.until(lambda record: len(record.progress) >= self.progress_count):
            return [f"no answer to a request for progress: {[each.progress for each in self.records]}"]
        return []

    def difference(self):
        """How what the others have sent differs from what etcd has."""
        first = self.records[0]
        for target, record in zip(self.exchange.targets[1:], self.records[1:]):
            wrong = self.difference_between(first, record, target)
            if wrong:
                return f"{target.name}: {wrong}"
        return None

    def difference_between(self, expected, actual, target):
        if actual.wrong:
            return actual.wrong[0]
        for name in ("created", "progress", "canceled"):
            mine, yours = getattr(expected, name), getattr(actual, name)
            if name == "canceled":
                mine, yours = ({key: each for key, each in record.items() if each} for record in (mine, yours))
            if mine != yours:
                return f"{name}\netcd    {mine}\nsynod   {yours}"
        for identifier in sorted(expected.events.keys() | actual.events.keys()):
            mine, yours = expected.events[identifier], actual.events[identifier]
            if mine != yours and decoded(mine, self.exchange.targets[0]) != decoded(yours, target):
                return f"events of watch {identifier}: " + first_difference(
                    decoded(mine, self.exchange.targets[0]), decoded(yours, target))
        return None

    @property
    def news(self):
        self.read()
        return sum(record.news for record in self.records)

    @property
    def end(self):
        """How the stream ended, which it should not have."""
        ended = [call.outcome for call in self.calls if call.is_over]
        return f"a stream has ended: {ended}" if ended else None

    def close(self):
        for call in self.calls:
            call.cancel()


def settle(streams):
    """Waits until all targets have sent the same on each stream, and nothing more for a while; returns what differs after
    a long time."""
    deadline = time.monotonic() + SECONDS_MAX
    quiet = QUIET_SECONDS_LAGGING if any(each.lags for each in streams) else QUIET_SECONDS
    sessions = list({id(channel.held): channel.held for each in streams for channel in each.channels}.values())
    for each in streams:
        each.lags = False
    while True:
        before = sum(each.news for each in streams)
        is_quiet = not http2.wait_until(sessions, lambda: sum(each.news for each in streams) > before, quiet)
        wrong = [found for each in streams if (found := each.difference() or each.end)]
        if (is_quiet and not wrong) or time.monotonic() > deadline:
            return wrong


def decoded(events, target):
    """Events with common names."""
    found = [protobuf.decode("Event", event) for event in events]
    for event in found:
        for pair in (event.get("kv", {}), event.get("prev_kv", {})):
            if pair.get("lease") in target.names:
                pair["lease"] = target.names[pair["lease"]]
    return found


def first_difference(expected, actual):
    for index, (mine, yours) in enumerate(zip(expected, actual)):
        if mine != yours:
            return f"number {index}\netcd    {mine}\nsynod   {yours}"
    longer = expected if len(expected) > len(actual) else actual
    return f"{len(expected)} at etcd, {len(actual)} at synod; the first of the rest: {longer[min(len(expected), len(actual))]}"


class WatchGenerator:
    """Makes requests for watches, many of them wrong."""

    def __init__(self, random, generator):
        self.random, self.generator = random, generator

    def create(self, together):
        """A creation; notes what it means for the stream."""
        request = self.generator.interval() if self.random.random() < 0.95 else {"key": b""}
        if self.random.random() < 0.35:
            request.update({"key": b"\0", "range_end": b"\0"})
        self.add_start(request, together)
        if self.random.random() < 0.3:
            request["filters"] = self.random.choice((["NOPUT"], ["NODELETE"], ["NOPUT", "NODELETE"], ["NOPUT"] * 2))
        for name, share in (("prev_kv", 0.4), ("progress_notify", 0.2), ("fragment", 0.2)):
            if self.random.random() < share:
                request[name] = True
        if self.random.random() < 0.3:
            free = [each for each in FIXED_IDS if each not in together.burned]
            request["watch_id"] = self.random.choice(free)
        return request

    def add_start(self, request, together):
        kind = self.random.random()
        now, compacted = self.generator.revision, self.generator.compacted
        if kind < 0.45:
            return
        if kind < 0.75:
            # At the compacted revision etcd 3.5.1 may miss a delete.
            request["start_revision"] = self.random.randint(min(now, compacted + 1), now)
            together.lags = True
        elif kind < 0.87 and compacted > 1:
            request["start_revision"] = self.random.randrange(1, compacted)
            together.lags = True
        elif kind < 0.95:
            request["start_revision"] = now + 1 + self.random.randrange(FUTURE_MAX)
            together.begins_later = True


class Watching:
    """Some streams that are open while other requests go on; new ones after a while."""

    STREAMS = 8

    def __init__(self, exchange, generator, seed):
        self.exchange, self.random = exchange, random.Random(seed)
        self.requests = WatchGenerator(self.random, generator)
        self.open = []
        self.streams = self.watches = self.events = 0

    def step(self):
        """Settles the streams, and asks something of each; returns the complaints."""
        complaints = self.settle()
        self.exchange.settle()
        for together in self.open:
            kind = self.random.random()
            if kind < 0.35:
                complaints += self.create(together)
            elif kind < 0.50 and together.ids:
                complaints += together.cancel(self.random.choice(together.ids))
            elif kind < 0.55:
                complaints += together.cancel(1234)
            elif kind < 0.75 and not together.begins_later:
                complaints += together.ask_progress()
        return complaints

    def create(self, together):
        self.watches += 1
        return together.create(self.requests.create(together), self.requests.generator.compacted)

    def renew(self):
        """Ends the streams, and begins others."""
        complaints = self.close()
        self.exchange.settle()
        for _ in range(self.STREAMS):
            together = Together(self.exchange, self.random.randrange(3))
            self.open.append(together)
            self.streams += 1
            for _ in range(self.random.randint(1, 5)):
                complaints += self.create(together)
        return complaints

    def settle(self):
        return [f"watches: {wrong}" for wrong in settle(self.open)] if self.open else []

    def close(self):
        for together in self.open:
            together.lags = True
        complaints = self.settle()
        for together in self.open:
            self.events += sum(len(each) for each in together.records[0].events.values())
            together.close()
        self.open = []
        return complaints
