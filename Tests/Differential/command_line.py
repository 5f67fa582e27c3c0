"""The same commands by etcdctl, and so gRPC, to every server."""

import concurrent.futures
import json
import os
import re
import subprocess

from comparison import HEADER_OF_MEMBER

COMMAND_SECONDS_MAX = 15
GRPC_CODE = re.compile(r"rpc error: code = (\w+) desc = (.*?)\"")

TXN = 'mod("ctl/1") > "0"\nvalue("ctl/2") = "two"\n\nput ctl/4 four\nget ctl/ --prefix\n\nget ctl/1\n\n'
COMMANDS = [
    (["put", "ctl/1", "one"], ""), (["put", "ctl/2", "two"], ""), (["put", "ctl/3", "three"], ""),
    (["put", "ctl/1", "uno", "--prev-kv"], ""), (["put", "ctl/1", "--ignore-value"], ""),
    (["put", "ctl/none", "--ignore-value"], ""), (["put", "ctl/1", "x", "--lease=7f"], ""),
    (["put", "", "x"], ""), (["get", ""], ""), (["get", "ctl/none"], ""), (["get", "ctl/", "--prefix"], ""),
    (["get", "ctl/", "--prefix", "--order=DESCEND", "--sort-by=VALUE", "--limit=2"], ""),
    (["get", "ctl/", "--prefix", "--keys-only"], ""), (["get", "ctl/2", "--from-key", "--count-only"], ""),
    (["get", "ctl/1", "--rev=1099511627776"], ""), (["get", "ctl/1", "--rev=2"], ""),
    (["get", "ctl/1", "--consistency=s"], ""),
    (["txn"], TXN), (["txn"], TXN.replace("two", "zwei")), (["txn"], "\nput a 1\nput a 2\n\n\n"),
    (["del", "ctl/3", "--prev-kv"], ""), (["del", "ctl/", "--prefix", "--prev-kv"], ""), (["del", "ctl/3"], ""),
    (["compaction", "1"], ""), (["compaction", "1099511627776"], ""),
]


def run_at_all(program, ports, arguments, text):
    """The results of one command at several servers."""
    with concurrent.futures.ThreadPoolExecutor(len(ports)) as pool:
        return list(pool.map(lambda port: run(program, port, arguments, text), ports))


def run(program, port, arguments, text):
    """(exit status, comparable output, what gRPC said) of one command"""
    command = [program, f"--endpoints=127.0.0.1:{port}", "--write-out=json", *arguments]
    environment = {**os.environ, "ETCDCTL_API": "3"}
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=environment,
                          timeout=COMMAND_SECONDS_MAX)
    said = GRPC_CODE.findall(done.stderr)[-1:]
    return done.returncode, [comparable(line) for line in done.stdout.splitlines()], said or last_line(done.stderr)


def comparable(line):
    try:
        answer = json.loads(line)
    except ValueError:
        return line
    if isinstance(answer, dict):
        for name in HEADER_OF_MEMBER:
            answer.get("header", {}).pop(name, None)
    return answer


def last_line(text):
    return text.strip().splitlines()[-1:]
