"""etcd3gw, as Debian packages it: the HTTP gateway's JSON, with its streams of lines."""

import threading
import time
import unittest

import etcd3gw
import etcd3gw.exceptions

import cluster

ANSWER_SECONDS_MAX = 10
SESSION_SECONDS = 2


class GatewayTests(unittest.TestCase):
    def setUp(self):
        self.prefix = cluster.prefix()
        self.clients = [etcd3gw.Etcd3Client(host="127.0.0.1", port=node.port, timeout=ANSWER_SECONDS_MAX,
                                            api_path="/v3/") for node in cluster.nodes]
        self.client = self.clients[0]

    def tearDown(self):
        self.client.delete_prefix(self.prefix)

    def key(self, name):
        return self.prefix + name

    def test_what_one_node_takes_every_node_shows(self):
        for number, client in enumerate(self.clients):
            self.assertTrue(client.put(self.key("shared"), f"value {number}"))
            for other in self.clients:
                self.assertEqual(other.get(self.key("shared")), [f"value {number}".encode()])
        self.assertEqual(self.client.get(self.key("missing")), [])
        self.assertTrue(self.client.delete(self.key("shared")))
        self.assertFalse(self.client.delete(self.key("shared")))

    def test_any_bytes_are_kept(self):
        key, value = self.key("bytes").encode() + b"\x00\xff", bytes(range(256))
        self.client.put(key, value)
        found, metadata = self.clients[1].get(key, metadata=True)[0]
        self.assertEqual((found, metadata["key"], metadata["version"]), (value, key, "1"))

    def test_ranges_are_sorted(self):
        for name, value in (("b", "1"), ("a", "3"), ("c", "2")):
            self.client.put(self.key(name), value)
        for order, target, wanted in ((None, None, b"312"), ("descend", "key", b"213"), ("ascend", "value", b"123"),
                                      ("descend", "create", b"231"), ("ascend", "mod", b"132")):
            found = self.clients[1].get_prefix(self.prefix, sort_order=order, sort_target=target)
            self.assertEqual(b"".join(value for value, _ in found), wanted, (order, target))
        self.assertEqual(len(self.client.get_prefix(self.prefix)), 3)
        self.assertTrue(self.client.delete_prefix(self.prefix))
        self.assertEqual(self.client.get_prefix(self.prefix), [])

    def test_conditions(self):
        self.assertTrue(self.client.create(self.key("a"), "1"))
        self.assertFalse(self.clients[1].create(self.key("a"), "2"))
        self.assertTrue(self.clients[2].replace(self.key("a"), "1", "3"))
        self.assertFalse(self.client.replace(self.key("a"), "1", "4"))
        self.assertEqual(self.client.get(self.key("a")), [b"3"])

    def test_leases(self):
        lease = self.client.lease(ttl=SESSION_SECONDS)
        self.client.put(self.key("a"), "1", lease=lease)
        self.assertEqual(lease.keys(), [self.key("a").encode()])
        for _ in range(3):
            time.sleep(SESSION_SECONDS / 2)
            self.assertEqual(lease.refresh(), SESSION_SECONDS)
        self.assertLessEqual(lease.ttl(), SESSION_SECONDS)
        begin = time.monotonic()
        cluster.wait_for("the end", lambda: self.clients[1].get(self.key("a")) == [])
        self.assertGreaterEqual(time.monotonic() - begin, SESSION_SECONDS / 2 - 0.2)
        self.assertEqual((lease.ttl(), lease.refresh()), (-1, -1))
        revoked = self.client.lease(ttl=60)
        self.client.create(self.key("b"), "1", lease=revoked)
        self.assertTrue(revoked.revoke())
        self.assertEqual(self.client.get(self.key("b")), [])

    def test_a_lock_is_held_once(self):
        lock = self.client.lock(self.prefix, ttl=SESSION_SECONDS)
        self.assertTrue(lock.acquire())
        other = self.clients[1].lock(self.prefix, ttl=SESSION_SECONDS)
        self.assertFalse(other.acquire())
        self.assertEqual((lock.is_acquired(), other.is_acquired()), (True, False))
        self.assertEqual(lock.refresh(), SESSION_SECONDS)
        self.assertFalse(other.release())
        self.assertTrue(lock.release())
        with other:
            self.assertTrue(other.is_acquired())

    def test_each_change_is_told_once_and_in_order(self):
        events, cancel = self.clients[1].watch_prefix(self.prefix)
        for number in range(50):
            self.client.put(self.key("a"), str(number))
        self.client.delete(self.key("a"))
        seen = [next(events) for _ in range(51)]
        cancel()
        self.assertEqual([event["kv"]["value"] for event in seen[:50]],
                         [str(number).encode() for number in range(50)])
        self.assertEqual(seen[50]["type"], "DELETE")

    def test_one_event_and_its_absence(self):
        threading.Timer(0.2, lambda: self.clients[1].put(self.key("a"), "1")).start()
        event = self.client.watch_once(self.key("a"), timeout=ANSWER_SECONDS_MAX)
        self.assertEqual(event["kv"]["value"], b"1")
        with self.assertRaises(etcd3gw.exceptions.WatchTimedOut):
            self.client.watch_once(self.key("b"), timeout=0.3)

    def test_history(self):
        self.client.put(self.key("a"), "1")
        begin = int(self.client.get(self.key("a"), metadata=True)[0][1]["mod_revision"])
        self.client.put(self.key("a"), "2")
        events, cancel = self.client.watch(self.key("a"), start_revision=begin, prev_kv=True)
        seen = [next(events) for _ in range(2)]
        cancel()
        self.assertEqual([event["kv"]["value"] for event in seen], [b"1", b"2"])
        self.assertEqual(seen[1]["prev_kv"]["mod_revision"], str(begin))

    def test_members_and_status(self):
        members = self.client.members()
        self.assertEqual(sorted(member["name"] for member in members), sorted(node.name for node in cluster.nodes))
        leaders = {client.status()["leader"] for client in self.clients}
        self.assertEqual(len(leaders), 1)
        self.assertIn(leaders.pop(), [member["ID"] for member in members])

    def test_errors_carry_etcds_text(self):
        with self.assertRaises(etcd3gw.exceptions.Etcd3Exception) as refused:
            self.client.put("", "1")
        self.assertIn("etcdserver: key is not provided", str(refused.exception.detail_text))

    def test_the_older_path_is_understood(self):
        older = etcd3gw.Etcd3Client(host="127.0.0.1", port=cluster.nodes[0].port, api_path="/v3beta/")
        self.assertTrue(older.put(self.key("a"), "1"))
        self.assertEqual(older.get(self.key("a")), [b"1"])
