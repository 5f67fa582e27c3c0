"""A node that asks who is there: TLS to clients, and users."""

import os
import pathlib
import subprocess

import cluster
from servers import Node, free_ports

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CERTIFICATES = ROOT / "scripts" / "make-test-certificates"
COMMAND_SECONDS_MAX = 20
# root may do everything; guest may read and write below open/.
COMMANDS = (
    ("user", "add", "root:root"), ("user", "add", "guest:secret"), ("role", "add", "opener"),
    ("role", "grant-permission", "opener", "--prefix=true", "readwrite", "open/"),
    ("user", "grant-role", "guest", "opener"), ("user", "grant-role", "root", "root"), ("auth", "enable"),
)


def node_with_users():
    """The node, and the file of the authority that vouches for it."""
    folder = cluster.servers.folder / "certificates"
    subprocess.run([str(CERTIFICATES), str(folder)], check=True, capture_output=True, stdin=subprocess.DEVNULL,
                   timeout=COMMAND_SECONDS_MAX)
    client, peer = free_ports(2)
    command = [cluster.binary, "serve", "--cert-file", str(folder / "server.pem"),
               "--key-file", str(folder / "server.key")]
    node = Node(command, cluster.servers.folder, "secured", client, peer, f"secured=http://127.0.0.1:{peer}",
                scheme="https")
    cluster.servers.nodes.append(node)
    authority = str(folder / "ca.pem")
    cluster.wait_for("the secured node", lambda: control(node, authority, "endpoint", "health").returncode == 0)
    for words in COMMANDS:
        done = control(node, authority, *words)
        if done.returncode != 0:
            raise AssertionError(f"{words}: {done.stderr}")
    return node, authority


def control(node, authority, *words):
    """What etcdctl says."""
    command = ["etcdctl", f"--endpoints=https://127.0.0.1:{node.port}", f"--cacert={authority}", *words]
    return subprocess.run(command, env={**os.environ, "ETCDCTL_API": "3"}, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=COMMAND_SECONDS_MAX)
