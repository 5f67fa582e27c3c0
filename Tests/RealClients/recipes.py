"""The recipes of etcd's Go client on three nodes, one of which is killed from time to time."""

import os
import pathlib
import random
import subprocess
import threading
import time

from servers import data_folder

SOURCES = pathlib.Path(__file__).resolve().parent / "recipes"
# Where Debian puts the sources of Go libraries.
GO_LIBRARIES = "/usr/share/gocode"
BUILD_SECONDS_MAX = 300
# The recipes wait for the ends of leases when their time is over.
JUDGEMENT_SECONDS_MAX = 120
DEAD_SECONDS = 2
READY_SECONDS_MAX = 30


def build(folder):
    """Builds the program from its sources and Debian's; returns where it is."""
    program = folder / "recipes"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": GO_LIBRARIES, "GOFLAGS": "-p=1"}
    subprocess.run(["go", "build", "-o", str(program), "."], cwd=SOURCES, env=environment, check=True,
                   stdin=subprocess.DEVNULL, timeout=BUILD_SECONDS_MAX)
    return program


class Killer(threading.Thread):
    """Kills a node every so often, and starts it again two seconds later."""

    def __init__(self, nodes, seconds):
        super().__init__(daemon=True)
        self.nodes, self.seconds = nodes, seconds
        self.ended = threading.Event()
        self.complaints = []
        self.kills = 0

    def run(self):
        while not self.ended.wait(self.seconds - DEAD_SECONDS):
            node = random.choice(self.nodes)
            node.kill_at_once()
            self.kills += 1
            print(f"        {time.strftime('%H:%M:%S')} {node.name} was killed", flush=True)
            self.ended.wait(DEAD_SECONDS)
            node.start()
            self.wait_until_ready(node)

    def wait_until_ready(self, node):
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not node.is_ready():
            if node.process.poll() is not None or time.monotonic() > deadline:
                self.complaints.append(f"{node.name} did not come back\n{node.tail()}")
                return
            time.sleep(0.05)

    def stop(self):
        self.ended.set()
        self.join()


def run(nodes, seconds, kill_seconds):
    """Runs the recipes; returns the lines of the verdict, and what is wrong beside them."""
    folder = data_folder()
    program = build(folder)
    killer = Killer(nodes, kill_seconds)
    killer.start()
    endpoints = ",".join(f"127.0.0.1:{node.port}" for node in nodes)
    try:
        done = subprocess.run([str(program), f"--endpoints={endpoints}", f"--seconds={seconds}"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=seconds + JUDGEMENT_SECONDS_MAX)
    finally:
        killer.stop()
        program.unlink()
        folder.rmdir()
    print(done.stdout, end="")
    print(f"        {killer.kills} kills in {seconds} s", flush=True)
    complaints = list(killer.complaints)
    if killer.kills == 0:
        complaints.append("no node was killed")
    if done.returncode not in (0, 1):
        complaints.append(f"the recipes ended with status {done.returncode}\n{done.stderr[-3000:]}")
    return done.stdout.splitlines(), complaints
