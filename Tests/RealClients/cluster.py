"""What the clients are tested with; the runner puts the servers, the program and the nodes here."""

import time
import uuid

# The Servers that start further nodes, the program, and the three nodes of one cluster.
servers = None
binary = None
nodes = []
# A cluster of one node, once a test has asked for it.
second = None

WAIT_SECONDS_MAX = 20


def prefix():
    """The beginning of keys that no other test has."""
    return f"test-{uuid.uuid4().hex[:12]}/"


def wait_for(what, condition, seconds=WAIT_SECONDS_MAX):
    """Asks until the answer is true, and returns it."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def second_cluster():
    """One node, a cluster of its own, for what would be in the way of other tests."""
    global second
    if second is None:
        second = servers.start([binary, "serve"], "second")[0]
    return second
