"""Every command of etcdctl that talks to a server, with its flags."""

import json
import unittest

import cluster
import etcdctl


class Commands:
    """The tests, for each program that runs them."""

    program = None
    has_newer_commands = False

    def setUp(self):
        if self.program is None:
            self.skipTest("etcd 3.5.1 cannot be had here")
        self.prefix = cluster.prefix()
        self.ports = [node.port for node in cluster.nodes]
        self.endpoints = [f"127.0.0.1:{port}" for port in self.ports]
        self.all = ",".join(self.endpoints)

    def tearDown(self):
        self.ok("del", "--prefix", self.prefix)

    def key(self, name):
        return self.prefix + name

    def run_command(self, *words, text="", at=None):
        return etcdctl.run(self.program, at or self.all, *words, text=text)

    def ok(self, *words, text="", at=None):
        """The lines that a command prints that ends well."""
        status, lines, complaint = self.run_command(*words, text=text, at=at)
        self.assertEqual(status, 0, (words, lines, complaint))
        return lines

    def refused(self, said, *words, text="", at=None):
        status, _, complaint = self.run_command(*words, text=text, at=at)
        self.assertNotEqual(status, 0, words)
        self.assertIn(said, complaint)

    def start(self, *words, at=None):
        running = etcdctl.Running(self.program, at or self.all, *words)
        self.addCleanup(running.process.kill)
        return running

    def put(self, **values):
        for name, value in values.items():
            self.assertEqual(self.ok("put", self.key(name), value), ["OK"])

    def values(self, *words, at=None):
        return self.ok("get", *words, "--print-value-only", at=at)

    def as_json(self, *words):
        return json.loads(self.ok(*words, "--write-out=json")[0])

    # Keys.

    def test_get_with_every_flag(self):
        self.put(b="1", a="3", c="2")
        self.put(a="3")
        for at in self.endpoints:
            for target, wanted in (("KEY", "312"), ("CREATE", "132"), ("MODIFY", "123"), ("VALUE", "123")):
                for order, text in (("ASCEND", wanted), ("DESCEND", wanted[::-1])):
                    found = self.values(self.prefix, "--prefix", f"--sort-by={target}", f"--order={order}", at=at)
                    self.assertEqual("".join(found), text, (target, order))
            self.assertEqual(self.values(self.prefix, "--prefix", "--sort-by=VERSION", "--order=DESCEND",
                                         "--limit=1", at=at), ["3"])
            self.assertEqual(self.values(self.key("a"), self.key("c"), at=at), ["3", "1"])
            self.assertEqual(self.values(self.key("b"), "--from-key", "--limit=2", at=at), ["1", "2"])
            self.assertEqual(self.values(self.key("b"), "--consistency=l", at=at), ["1"])
            cluster.wait_for("the writes",
                             lambda: self.values(self.key("c"), "--consistency=s", at=at) == ["2"])
        keys = [line for line in self.ok("get", self.prefix, "--prefix", "--keys-only") if line]
        self.assertEqual(keys, [self.key(name) for name in "abc"])
        if self.has_newer_commands:
            counted = self.ok("get", self.prefix, "--prefix", "--count-only", "--write-out=fields")
            self.assertIn('"Count" : 3', counted)

    def test_get_in_the_past_and_in_every_form(self):
        self.put(a="old")
        revision = self.as_json("get", self.key("a"))["kvs"][0]["mod_revision"]
        self.put(a="new")
        self.assertEqual(self.values(self.key("a"), f"--rev={revision}"), ["old"])
        self.refused("required revision is a future revision", "get", self.key("a"), "--rev=999999999999")
        self.assertIn('"Value" : "new"', self.ok("get", self.key("a"), "--write-out=fields"))
        self.assertIn("\\x6e\\x65\\x77", self.ok("get", self.key("a"), "--hex"))
        done = etcdctl.subprocess.run([self.program, f"--endpoints={self.all}", "get", self.key("a"),
                                       "--write-out=protobuf"], env=etcdctl.ENVIRONMENT, capture_output=True)
        self.assertIn(b"new", done.stdout)

    def test_put_with_every_flag(self):
        lease = self.ok("lease", "grant", "60")[0].split()[1]
        self.assertEqual(self.ok("put", self.key("a"), "1", f"--lease={lease}"), ["OK"])
        self.assertEqual(self.ok("put", self.key("a"), "2", "--ignore-lease", "--prev-kv"),
                         ["OK", self.key("a"), "1"])
        self.assertEqual(self.ok("put", self.key("a"), "--ignore-value"), ["OK"])
        self.assertEqual(self.values(self.key("a")), ["2"])
        self.refused("requested lease not found", "put", self.key("a"), "1", "--lease=7f")
        self.refused("key not found", "put", self.key("none"), "--ignore-value")
        self.assertEqual(self.ok("put", self.key("in"), text="from input"), ["OK"])
        self.assertEqual(self.values(self.key("in")), ["from input"])
        self.ok("lease", "revoke", lease)

    def test_del_with_every_flag(self):
        last = "~" + self.prefix
        for name in ("a", "b", "c", "d"):
            self.put(**{name: name})
            self.ok("put", last + name, name)
        self.assertEqual(self.ok("del", self.key("a"), self.key("c")), ["2"])
        self.assertEqual(self.ok("del", self.key("c"), "--prev-kv"), ["1", self.key("c"), "c"])
        self.assertEqual(self.ok("del", self.prefix, "--prefix"), ["1"])
        self.assertEqual(self.ok("del", last + "b", "--from-key"), ["3"])
        self.assertEqual(self.ok("del", last + "a", at=self.endpoints[2]), ["1"])

    def test_txn_from_a_file_and_by_hand(self):
        conditions = f'value("{self.key("a")}") = "1"\nversion("{self.key("a")}") > "0"\n' \
                     f'create("{self.key("none")}") = "0"\nmod("{self.key("a")}") > "1"\n\n'
        actions = f'put {self.key("b")} yes\nget {self.key("b")}\ndel {self.key("a")}\n\nput {self.key("b")} no\n\n'
        self.put(a="1")
        self.assertEqual([line for line in self.ok("txn", text=conditions + actions) if line],
                         ["SUCCESS", "OK", self.key("b"), "yes", "1"])
        by_hand = self.ok("txn", "-i", text=conditions + actions)
        self.assertEqual([line for line in by_hand if line],
                         ["compares:", "success requests (get, put, del):", "failure requests (get, put, del):",
                          "FAILURE", "OK"])
        self.refused("duplicate key given in txn request", "txn", text="\nput a 1\nput a 2\n\n\n")

    def test_compaction(self):
        self.put(a="1")
        revision = self.as_json("get", self.key("a"))["kvs"][0]["mod_revision"]
        self.put(a="2")
        self.assertEqual(self.ok("compaction", str(revision), "--physical"), [f"compacted revision {revision}"])
        self.refused("required revision has been compacted", "compaction", str(revision))
        self.refused("required revision has been compacted", "get", self.key("a"), f"--rev={revision - 1}")

    # Watches.

    def test_watch_and_what_it_runs(self):
        self.put(a="1")
        revision = self.as_json("get", self.key("a"))["kvs"][0]["mod_revision"]
        self.put(a="2")
        self.ok("del", self.key("a"))
        key = self.key("a")
        past = self.start("watch", self.prefix, "--prefix", f"--rev={revision}", "--prev-kv")
        told = [line for line in past.next(12) if line]
        self.assertEqual(told, ["PUT", key, "1", "PUT", key, "1", key, "2", "DELETE", key, "2", key])
        past.end()
        running = self.start("watch", key, f"--rev={revision}", "--", "sh", "-c",
                             "echo $ETCD_WATCH_EVENT_TYPE $ETCD_WATCH_VALUE")
        self.assertEqual([line for line in running.next(12) if line.startswith(('"PUT"', "PUT \""))][:1],
                         ['"PUT" "1"'])
        running.end()

    def test_watch_by_hand(self):
        watch = self.start("watch", "-i")
        watch.type(f"watch {self.key('a')}")
        watch.type(f"watch --prefix {self.key('b')}")
        # Nothing says that the two have begun; each is told what comes then.
        cluster.wait_for("the first", lambda: self.put(a="1") or watch.prints())
        cluster.wait_for("the second", lambda: self.put(b1="2") or "2" in watch.next(1))
        watch.end()

    # Leases, locks and elections.

    def test_leases(self):
        granted = self.ok("lease", "grant", "2", at=self.endpoints[1])[0].split()
        lease = granted[1]
        self.assertEqual(granted[2:], ["granted", "with", "TTL(2s)"])
        self.put(b="1")
        self.ok("put", self.key("a"), "1", f"--lease={lease}")
        self.assertIn(lease, self.ok("lease", "list"))
        left = self.ok("lease", "timetolive", lease, "--keys")[0]
        self.assertIn(f"lease {lease} granted with TTL(2s), remaining(", left)
        self.assertIn(f"attached keys([{self.key('a')}])", left)
        self.assertEqual(self.ok("lease", "keep-alive", lease, "--once"), [f"lease {lease} keepalived with TTL(2)"])
        alive = self.start("lease", "keep-alive", lease, at=self.endpoints[2])
        self.assertEqual(alive.next(3), [f"lease {lease} keepalived with TTL(2)"] * 3)
        self.assertEqual(self.values(self.key("a")), ["1"])
        alive.end()
        cluster.wait_for("the end", lambda: self.values(self.key("a")) == [])
        self.assertEqual(self.ok("lease", "timetolive", lease), [f"lease {lease} already expired"])
        other = self.ok("lease", "grant", "60")[0].split()[1]
        self.assertEqual(self.ok("lease", "revoke", other), [f"lease {other} revoked"])
        self.refused("requested lease not found", "lease", "revoke", other)

    def test_locks(self):
        name = self.key("lock")
        holder = self.start("lock", name, at=self.endpoints[0])
        self.assertTrue(holder.next(1)[0].startswith(name + "/"))
        waiting = self.start("lock", name, "--ttl=5", at=self.endpoints[1])
        cluster.wait_for("the queue", lambda: len(self.values(name, "--prefix")) + len(
            [line for line in self.ok("get", name, "--prefix", "--keys-only") if line]) >= 2)
        self.assertFalse(waiting.prints())
        holder.end()
        self.assertTrue(waiting.next(1)[0].startswith(name + "/"))
        waiting.end()
        ran = self.ok("lock", name, "--", "sh", "-c", "echo $ETCD_LOCK_KEY $ETCD_LOCK_REV")
        self.assertTrue(ran[0].startswith(name + "/"))
        status, _, _ = self.run_command("lock", name, "--", "sh", "-c", "exit 3")
        self.assertNotEqual(status, 0)

    def test_elections(self):
        name = self.key("election")
        leader = self.start("elect", name, "one", at=self.endpoints[0])
        self.assertEqual(leader.next(2)[1], "one")
        listener = self.start("elect", "--listen", name, at=self.endpoints[1])
        self.assertEqual(listener.next(2)[1], "one")
        follower = self.start("elect", name, "two", at=self.endpoints[2])
        leader.end()
        self.assertEqual(follower.next(2)[1], "two")
        self.assertEqual(listener.next(2)[1], "two")
        follower.end()
        listener.end()

    # The cluster.

    def test_endpoints(self):
        for words in (("endpoint", "status"), ("endpoint", "status", "--cluster")):
            at = self.endpoints[0] if "--cluster" in words else self.all
            states = [line.split(", ") for line in self.ok(*words, at=at)]
            self.assertEqual(len(states), 3)
            self.assertEqual([state[4] for state in states].count("true"), 1)
            self.assertEqual(len({state[1] for state in states}), 3)
        for line in self.as_json("endpoint", "status"):
            self.assertGreater(line["Status"]["dbSize"], 0)
        self.assertEqual(len([line for line in self.ok("endpoint", "status", "--write-out=table")
                              if "http" in line or "127.0.0.1" in line]), 3)
        status, lines, complaint = self.run_command("endpoint", "health", "--cluster", at=self.endpoints[1])
        self.assertEqual((status, (" ".join(lines) + complaint).count("is healthy")), (0, 3))
        revision = self.as_json("get", "none")["header"]["revision"]
        hashes = [line.rsplit(", ", 1)[1] for line in self.ok("endpoint", "hashkv", "--cluster",
                                                               f"--rev={revision}", at=self.endpoints[2])]
        self.assertEqual((len(hashes), len(set(hashes))), (3, 1))

    def test_leadership_moves(self):
        states = [line.split(", ") for line in self.ok("endpoint", "status")]
        leader = next(state for state in states if state[4] == "true")
        others = [state for state in states if state[4] == "false"]
        self.refused("no leader endpoint given", "move-leader", others[1][1], at=others[0][0])
        self.assertEqual(self.ok("move-leader", others[0][1]),
                         [f"Leadership transferred from {leader[1]} to {others[0][1]}"])

    def test_alarms_defragmentation_and_snapshot(self):
        self.assertEqual(self.ok("alarm", "list"), [])
        self.assertEqual(self.ok("alarm", "disarm"), [])
        for words, at in ((("defrag",), self.all), (("defrag", "--cluster"), self.endpoints[0])):
            status, lines, complaint = self.run_command(*words, at=at)
            self.assertEqual((status, ("".join(lines) + complaint).count("Finished defragmenting")), (0, 3))
        file = cluster.servers.folder / (self.prefix.rstrip("/") + ".db")
        self.assertIn("Snapshot saved at", self.ok("snapshot", "save", str(file), at=self.endpoints[1])[-1])
        self.assertEqual(file.stat().st_size % 512, 32)

    def test_members(self):
        listed = self.ok("member", "list")
        self.assertEqual(sorted(line.split(", ")[2] for line in listed), sorted(node.name for node in cluster.nodes))
        added = self.ok("member", "add", "late", "--learner", "--peer-urls=http://127.0.0.1:1")[0].split()
        member = added[1]
        try:
            self.refused("can only promote a learner member which is in sync with leader", "member", "promote",
                         member)
            self.assertIn("updated in cluster", self.ok("member", "update", member,
                                                        "--peer-urls=http://127.0.0.1:2")[0])
            # Debian's asks a node for the list that it has, which may be behind.
            for at in self.endpoints:
                line = cluster.wait_for("the new address", lambda: next(
                    (line for line in self.ok("member", "list", at=at)
                     if line.startswith(member) and "http://127.0.0.1:2" in line), None))
                self.assertIn("unstarted", line)
            self.assertEqual(len(self.as_json("member", "list")["members"]), 4)
        finally:
            self.assertIn("removed from cluster", self.ok("member", "remove", member)[0])
        self.refused("member not found", "member", "remove", member)
        for at in self.endpoints:
            cluster.wait_for("the removal", lambda: len(self.ok("member", "list", at=at)) == len(cluster.nodes))

    def test_a_mirror(self):
        target = cluster.second_cluster()
        at = f"127.0.0.1:{target.port}"
        self.put(a="1", b="2")
        for words, wanted in ((("--dest-prefix=" + self.key("copy/"),), self.key("copy/")),
                              (("--no-dest-prefix",), "")):
            mirror = self.start("make-mirror", "--prefix=" + self.prefix, *words, at)
            cluster.wait_for("what was there", lambda: self.values(wanted + "b", at=at) == ["2"])
            self.put(c="3")
            cluster.wait_for("what comes", lambda: self.values(wanted + "c", at=at) == ["3"])
            self.ok("del", self.key("c"))
            cluster.wait_for("what goes", lambda: self.values(wanted + "c", at=at) == [])
            mirror.end()

    def test_version(self):
        self.assertIn("etcdctl version: 3.", self.ok("version")[0])

    # Users.

    def test_users_roles_and_rights(self):
        node = cluster.second_cluster()
        at = f"127.0.0.1:{node.port}"
        root = ("--user=root:root",)
        self.make_users(at)
        self.assertEqual(self.ok("auth", "enable", at=at), ["Authentication Enabled"])
        try:
            self.use_rights(at, root)
        finally:
            self.assertEqual(self.ok(*root, "auth", "disable", at=at), ["Authentication Disabled"])
        for name in ("root", "guest"):
            self.assertEqual(self.ok("user", "delete", name, at=at), [f"User {name} deleted"])
        for name in ("root", "opener"):
            self.assertEqual(self.ok("role", "delete", name, at=at), [f"Role {name} deleted"])
        self.assertEqual(self.ok("user", "list", at=at) + self.ok("role", "list", at=at), [])

    def make_users(self, at):
        self.assertEqual(self.ok("user", "add", "root:root", at=at), ["User root created"])
        self.assertEqual(self.ok("user", "add", "guest", "--interactive=false", text="first\n", at=at),
                         ["User guest created"])
        self.assertEqual(self.ok("user", "passwd", "guest", "--interactive=false", text="secret\n", at=at),
                         ["Password updated"])
        for name in ("root", "opener"):
            self.ok("role", "add", name, at=at)
        for words in (("--prefix=true", "readwrite", "open/"), ("read", "one"), ("write", "from", "to"),
                      ("--from-key=true", "read", "~")):
            self.assertEqual(self.ok("role", "grant-permission", "opener", *words, at=at), ["Role opener updated"])
        shown = self.ok("role", "get", "opener", at=at)
        for text in ("one", "[from, to)", "[open/, open0) (prefix open/)", "[~, <open ended>"):
            self.assertTrue(any(text in line for line in shown), (text, shown))
        self.ok("role", "revoke-permission", "opener", "from", "to", at=at)
        self.assertFalse(any("from" in line for line in self.ok("role", "get", "opener", at=at)))
        self.ok("user", "grant-role", "root", "root", at=at)
        self.ok("user", "grant-role", "guest", "opener", at=at)
        self.assertEqual(sorted(self.ok("user", "list", at=at)), ["guest", "root"])

    def use_rights(self, at, root):
        guest = ("--user=guest:secret",)
        if self.has_newer_commands:
            self.assertIn("Authentication Status: true", self.ok(*root, "auth", "status", at=at))
        self.assertEqual(self.ok(*guest, "put", "open/a", "1", at=at), ["OK"])
        self.assertEqual(self.ok("--user=guest", "--password=secret", "get", "open/a", "--print-value-only", at=at),
                         ["1"])
        self.refused("permission denied", *guest, "put", "one", "1", at=at)
        self.refused("permission denied", *guest, "get", "other", at=at)
        self.refused("permission denied", *guest, "user", "list", at=at)
        self.refused("user name is empty", "get", "open/a", at=at)
        self.refused("authentication failed, invalid user ID or password", "--user=guest:wrong", "get", "open/a",
                     at=at)
        shown = self.ok(*root, "user", "get", "guest", "--detail", at=at)
        self.assertEqual(shown[0], "User: guest")
        self.assertEqual(self.ok(*root, "user", "revoke-role", "guest", "opener", at=at),
                         ["Role opener is revoked from user guest"])
        self.refused("permission denied", *guest, "get", "open/a", at=at)
        self.ok(*root, "del", "open/", "--prefix", at=at)


class DebianTests(Commands, unittest.TestCase):
    program = "etcdctl"


class Etcd351Tests(Commands, unittest.TestCase):
    has_newer_commands = True

    @classmethod
    def setUpClass(cls):
        cls.program = etcdctl.newer()
