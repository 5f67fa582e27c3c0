"""python-etcd3, as Debian packages it, over gRPC."""

import hashlib
import io
import threading
import time
import unittest

import etcd3
import etcd3.exceptions

import cluster
import secured

# A watch is answered within this, or something is wrong.
ANSWER_SECONDS_MAX = 10
SESSION_SECONDS = 2


class Etcd3Tests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # They stay open to the end: the library's threads complain when a channel is closed under them.
        cls.clients = [etcd3.client(host="127.0.0.1", port=node.port, timeout=ANSWER_SECONDS_MAX)
                       for node in cluster.nodes]
        cls.client = cls.clients[0]

    def setUp(self):
        self.prefix = cluster.prefix()

    def tearDown(self):
        self.client.delete_prefix(self.prefix)

    def key(self, name):
        return self.prefix + name


class KVTests(Etcd3Tests):
    def test_what_one_node_takes_every_node_shows(self):
        for number, client in enumerate(self.clients):
            client.put(self.key("shared"), f"value {number}")
            for other in self.clients:
                value, metadata = other.get(self.key("shared"))
                self.assertEqual(value, f"value {number}".encode())
                self.assertEqual(metadata.version, number + 1)

    def test_a_missing_key_is_none(self):
        self.assertEqual(self.client.get(self.key("missing")), (None, None))
        self.assertFalse(self.client.delete(self.key("missing")))

    def test_ranges_are_sorted(self):
        for name, value in (("b", "1"), ("a", "3"), ("c", "2")):
            self.client.put(self.key(name), value)
        for order, target, wanted in (
            (None, "key", b"312"), ("descend", "key", b"213"), ("ascend", "value", b"123"),
            ("descend", "create", b"231"), ("ascend", "mod", b"132"),
        ):
            found = self.clients[1].get_prefix(self.prefix, sort_order=order, sort_target=target)
            self.assertEqual(b"".join(value for value, _ in found), wanted, (order, target))
        found = self.clients[2].get_range(self.key("a"), self.key("c"))
        self.assertEqual([value for value, _ in found], [b"3", b"1"])
        keys = [metadata.key for _, metadata in self.client.get_prefix(self.prefix, keys_only=True)]
        self.assertEqual(keys, [self.key(name).encode() for name in "abc"])
        self.assertGreaterEqual(len(list(self.client.get_all())), 3)

    def test_serializable_reads_end_at_what_was_written(self):
        self.client.put(self.key("own"), "word")
        for client in self.clients:
            cluster.wait_for("the write", lambda: client.get(self.key("own"), serializable=True)[0] == b"word")

    def test_the_pair_before_is_shown(self):
        self.client.put(self.key("a"), "old")
        self.assertEqual(self.client.put(self.key("a"), "new", prev_kv=True).prev_kv.value, b"old")
        gone = self.client.delete(self.key("a"), prev_kv=True, return_response=True)
        self.assertEqual((gone.deleted, gone.prev_kvs[0].value), (1, b"new"))

    def test_conditions(self):
        self.assertTrue(self.client.put_if_not_exists(self.key("a"), "1"))
        self.assertFalse(self.clients[1].put_if_not_exists(self.key("a"), "2"))
        self.assertTrue(self.clients[2].replace(self.key("a"), "1", "3"))
        self.assertFalse(self.client.replace(self.key("a"), "1", "4"))
        self.assertEqual(self.client.get(self.key("a"))[0], b"3")

    def test_transactions(self):
        terms = self.client.transactions
        self.client.put(self.key("a"), "1")
        succeeded, answers = self.client.transaction(
            compare=[terms.value(self.key("a")) == "1", terms.version(self.key("a")) > 0,
                     terms.create(self.key("none")) == 0, terms.mod(self.key("a")) != 0],
            success=[terms.put(self.key("b"), "2"), terms.get(self.key("b")),
                     terms.txn(compare=[], success=[terms.put(self.key("c"), "3")], failure=[]),
                     terms.delete(self.key("a"))],
            failure=[terms.get(self.key("a"))])
        self.assertTrue(succeeded)
        self.assertEqual(answers[1][0][0], b"2")
        self.assertEqual(answers[3].response_delete_range.deleted, 1)
        succeeded, answers = self.clients[1].transaction(
            compare=[terms.version(self.key("a")) > 0], success=[], failure=[terms.get(self.key("c"))])
        self.assertFalse(succeeded)
        self.assertEqual(answers[0][0][0], b"3")

    def test_compaction(self):
        self.client.put(self.key("a"), "1")
        revision = self.client.put(self.key("a"), "2").header.revision
        self.client.compact(revision)
        with self.assertRaises(Exception) as caught:
            self.clients[1].compact(revision)
        self.assertIn("required revision has been compacted", str(caught.exception))
        events, cancel = self.client.watch(self.key("a"), start_revision=1)
        with self.assertRaises(etcd3.exceptions.RevisionCompactedError) as refused:
            next(events)
        self.assertEqual(refused.exception.compacted_revision, revision)
        cancel()


class LeaseTests(Etcd3Tests):
    def test_a_key_goes_with_its_lease(self):
        lease = self.client.lease(SESSION_SECONDS)
        begin = time.monotonic()
        self.client.put(self.key("a"), "1", lease=lease)
        self.assertEqual(lease.keys, [self.key("a").encode()])
        self.assertLessEqual(lease.remaining_ttl, lease.granted_ttl)
        cluster.wait_for("the end", lambda: self.clients[1].get(self.key("a"))[0] is None)
        self.assertGreaterEqual(time.monotonic() - begin, lease.granted_ttl - 0.1)
        self.assertEqual(lease.remaining_ttl, -1)

    def test_renewal_and_revocation(self):
        lease = self.clients[1].lease(SESSION_SECONDS, lease_id=int(time.time() * 1000))
        self.client.put(self.key("a"), "1", lease=lease)
        for _ in range(3):
            time.sleep(lease.granted_ttl / 2)
            self.assertEqual(lease.refresh()[0].TTL, lease.granted_ttl)
        self.assertEqual(self.client.get(self.key("a"))[0], b"1")
        lease.revoke()
        self.assertIsNone(self.clients[2].get(self.key("a"))[0])
        self.assertEqual(lease.refresh()[0].TTL, 0)

    def test_locks_exclude_each_other(self):
        inside, worst, entries = [], [], []

        def work(client):
            for _ in range(5):
                lock = client.lock(self.prefix + "lock", ttl=10)
                cluster.wait_for("the lock", lambda: acquire(lock))
                inside.append(1)
                worst.append(len(inside))
                entries.append(lock.is_acquired())
                inside.pop()
                lock.release()

        threads = [threading.Thread(target=work, args=(client,)) for client in self.clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((max(worst), entries), (1, [True] * 15))

    def test_a_lock_that_is_held_is_refused_and_comes_free(self):
        held = self.client.lock(self.prefix + "held", ttl=SESSION_SECONDS)
        self.assertTrue(acquire(held))
        other = self.clients[1].lock(self.prefix + "held", ttl=SESSION_SECONDS)
        self.assertFalse(acquire(other))
        self.assertEqual(held.refresh()[0].TTL, SESSION_SECONDS)
        self.assertTrue(held.release())
        with other:
            self.assertTrue(other.is_acquired())
        self.assertFalse(other.is_acquired())


def acquire(lock):
    """Whether the lock is ours now. Where it is not, the library means to watch and to try again, and fails to:
    it gives tenacity a function to wait with that Debian's tenacity calls otherwise."""
    try:
        return lock.acquire(timeout=ANSWER_SECONDS_MAX)
    except TypeError:
        return False


class WatchTests(Etcd3Tests):
    def test_each_change_is_told_once_and_in_order(self):
        events, cancel = self.clients[1].watch_prefix(self.prefix, prev_kv=True)
        for number in range(50):
            self.client.put(self.key("a"), str(number))
        self.client.delete(self.key("a"))
        seen = [next(events) for _ in range(51)]
        self.assertEqual([event.value for event in seen[:50]], [str(number).encode() for number in range(50)])
        self.assertIsInstance(seen[50], etcd3.events.DeleteEvent)
        self.assertEqual(seen[50].prev_value, b"49")
        cancel()

    def test_history_and_callbacks(self):
        revision = self.client.put(self.key("a"), "1").header.revision
        self.client.delete(self.key("a"))
        self.client.put(self.key("a"), "2")
        answers, done = [], threading.Event()

        def callback(response):
            answers.extend(response.events)
            if len(answers) == 3:
                done.set()

        watch = self.client.add_watch_callback(self.key("a"), callback, start_revision=revision)
        self.assertTrue(done.wait(ANSWER_SECONDS_MAX))
        self.assertEqual([event.value for event in answers], [b"1", b"", b"2"])
        self.client.cancel_watch(watch)

    def test_one_event_and_its_absence(self):
        threading.Timer(0.2, lambda: self.clients[1].put(self.key("a"), "1")).start()
        self.assertEqual(self.client.watch_once(self.key("a"), timeout=ANSWER_SECONDS_MAX).value, b"1")
        with self.assertRaises(etcd3.exceptions.WatchTimedOut):
            self.client.watch_once(self.key("b"), timeout=0.3)


class ClusterTests(Etcd3Tests):
    def test_members_and_status(self):
        members = list(self.client.members)
        self.assertEqual(sorted(member.name for member in members), sorted(node.name for node in cluster.nodes))
        self.assertEqual(sorted(url for member in members for url in member.client_urls),
                         sorted(f"http://127.0.0.1:{node.port}" for node in cluster.nodes))
        states = [client.status() for client in self.clients]
        self.assertEqual(len({state.leader.id for state in states}), 1)
        self.assertGreater(states[0].db_size, 0)
        self.assertRegex(states[0].version, r"^3\.\d+\.\d+")

    def test_alarms(self):
        alarms = self.client.create_alarm()
        try:
            self.assertEqual(len(alarms), 1)
            self.assertEqual(len(list(self.clients[1].list_alarms())), 1)
            with self.assertRaises(Exception) as caught:
                self.clients[2].put(self.key("a"), "1")
            self.assertIn("database space exceeded", str(caught.exception))
        finally:
            self.client.disarm_alarm()
        self.assertEqual(list(self.clients[1].list_alarms()), [])
        self.client.put(self.key("a"), "1")

    def test_snapshot_defragment_and_hash(self):
        self.client.put(self.key("a"), "1")
        file = io.BytesIO()
        self.client.snapshot(file)
        content = file.getvalue()
        self.assertEqual(hashlib.sha256(content[:-32]).digest(), content[-32:])
        self.client.defragment()
        self.assertIsInstance(self.client.hash(), int)

    def test_a_member_comes_and_goes(self):
        """The library asks each node for the list that it has, which may be behind."""
        added = self.client.add_member(["http://127.0.0.1:1"])
        try:
            self.assertEqual(list(added.peer_urls), ["http://127.0.0.1:1"])
            added.update(["http://127.0.0.1:2"])
            cluster.wait_for("the new address", lambda: "http://127.0.0.1:2" in [
                url for member in self.clients[1].members for url in member.peer_urls])
        finally:
            added.remove()
        for client in self.clients:
            cluster.wait_for("the removal", lambda: len(list(client.members)) == len(cluster.nodes))


class AuthTests(unittest.TestCase):
    """The library sends its token as a call credential, which gRPC lets pass only over TLS."""

    def test_users_need_their_rights(self):
        node, authority = secured.node_with_users()
        options = {"host": "localhost", "port": node.port, "ca_cert": authority, "timeout": ANSWER_SECONDS_MAX}
        with self.assertRaises(Exception) as refused:
            etcd3.client(user="guest", password="wrong", **options)
        self.assertIn("authentication failed", str(refused.exception))
        # Left open, as in Etcd3Tests.
        guest = etcd3.client(user="guest", password="secret", **options)
        guest.put("open/a", "1")
        self.assertEqual(guest.get("open/a")[0], b"1")
        with self.assertRaises(Exception) as denied:
            guest.put("closed/a", "1")
        self.assertIn("permission denied", str(denied.exception))
        events, cancel = guest.watch_prefix("open/")
        guest.put("open/b", "2")
        self.assertEqual(next(events).value, b"2")
        cancel()
        with etcd3.client(user="root", password="root", **options) as root:
            root.put("closed/a", "1")
            self.assertEqual(root.get("closed/a")[0], b"1")
