import EtcdAPI
import EtcdMessages
import GRPC
import Protobuf
import Replication
import Testing
import Transport

@testable import RESTAPI

/// Faults by order, over gRPC and over HTTP.
@Suite struct FaultTests {
    private func harness(takesFaults: Bool = true) throws -> DoorHarness {
        var options = EtcdDoorOptions()
        options.takesFaults = takesFaults
        return try DoorHarness(options: options)
    }

    private func order(_ role: String) -> KillRoleRequest {
        var request = KillRoleRequest()
        request.role = role
        return request
    }

    @Test func rolesDieAndComeBackByOrder() throws {
        let harness = try harness()
        let dead: RolesResponse = try harness.call(FaultsMethods.killRole, order("learner"))
        #expect(dead.roles.map(\.role) == ["proposer", "acceptor", "learner"])
        #expect(dead.roles.map(\.alive) == [true, true, false])
        #expect(dead.roles.map(\.deaths) == [0, 0, 1])
        // Clients are refused, definitely, in words that let them ask another node.
        var put = PutRequest()
        put.key = [1]
        let failure = try harness.failure(KVMethods.put, put.serializedBytes())
        #expect(failure.code == .unavailable)
        #expect(failure.message.hasPrefix("etcdserver: the learner of this node is dead"))
        let status: StatusResponse = try harness.call(MaintenanceMethods.status, StatusRequest())
        #expect(status.errors.contains("the learner is dead"))
        #expect(try harness.http("GET", "/health?serializable=true").status == 503)
        #expect(try harness.http("GET", "/kv/get?key=k").status == 503)
        var revival = ReviveRoleRequest()
        revival.role = "learner"
        let alive: RolesResponse = try harness.call(FaultsMethods.reviveRole, revival)
        #expect(!alive.roles.contains { !$0.alive })
        #expect(harness.run { harness.replica.status.leader != 0 })
        try harness.put("k", "v")
        let metrics = try harness.http("GET", "/metrics").text
        #expect(metrics.contains("synod_role_up{role=\"learner\"} 1"))
        #expect(metrics.contains("synod_role_deaths_total{role=\"learner\"} 1"))
    }

    @Test func amnesiaIsTold() throws {
        let harness = try harness()
        let _: RolesResponse = try harness.call(FaultsMethods.killRole, order("acceptor"))
        var revival = ReviveRoleRequest()
        revival.role = "acceptor"
        revival.amnesia = true
        let _: RolesResponse = try harness.call(FaultsMethods.reviveRole, revival)
        #expect(harness.run { harness.replica.hasAmnesia })
        let roles: RolesResponse = try harness.call(FaultsMethods.roles, RolesRequest())
        #expect(roles.amnesia)
        #expect(roles.roles.map(\.alive) == [true, false, true])
        #expect(try harness.http("GET", "/health?serializable=true").text.contains("forgotten"))
    }

    @Test func ordersAreRefusedUnlessTheServerWasStartedForThem() throws {
        let harness = try harness(takesFaults: false)
        let refused = try harness.failure(
            FaultsMethods.killRole, order("acceptor").serializedBytes())
        #expect(refused.code == .failedPrecondition)
        #expect(refused.message.contains("--enable-fault-injection"))
        let roles: RolesResponse = try harness.call(FaultsMethods.roles, RolesRequest())
        #expect(!roles.roles.contains { !$0.alive })
        let door = FaultDoor(
            replica: harness.replica, keeper: harness.etcd.keeper, isEnabled: false)
        let kill = RESTRequest(
            method: "POST", path: "/admin/role/kill", query: Array("role=acceptor".utf8))
        #expect(door.handle(kill).status == 403)
        #expect(harness.replica.status.deadRoles == [])
    }

    @Test func pagesOfOthersGiveNoOrders() throws {
        let harness = try harness()
        let kill = "/admin/role/kill?role=acceptor"
        // A form of any page, which a browser sends without asking first; a page in a frame of its own has no name.
        for origin in ["http://evil.example", "http://test:80.evil.example", "null"] {
            let answer = try harness.http("POST", kill, headers: ["origin: \(origin)"])
            #expect(answer.status == 403)
            #expect(answer.text == "web pages give no orders here\n")
        }
        #expect(harness.replica.status.deadRoles == [])
        #expect(try harness.http("POST", kill, headers: ["origin: http://test"]).status == 200)
        #expect(harness.replica.status.deadRoles == ["acceptor"])
    }

    @Test func aPauseOfTheLogHoldsWritesBack() throws {
        let harness = try harness()
        var pause = PauseFlushRequest()
        pause.milliseconds = 60_000
        let _: PauseFlushResponse = try harness.call(FaultsMethods.pauseFlush, pause)
        var put = PutRequest()
        put.key = [1]
        // Nothing becomes durable, and the time of the request runs out.
        let failure = try harness.failure(KVMethods.put, put.serializedBytes())
        #expect(failure.code == .unavailable)
        pause.milliseconds = 0
        let _: PauseFlushResponse = try harness.call(FaultsMethods.pauseFlush, pause)
        try harness.put("k", "v")
        pause.milliseconds = 60_001
        let tooLong = try harness.failure(FaultsMethods.pauseFlush, pause.serializedBytes())
        #expect(tooLong.code == .invalidArgument)
    }

    /// Whatever `--cors` says, no script of a web page may ask or read.
    @Test func webPagesHaveNoFaults() throws {
        let harness = try harness()
        let list = try harness.http("GET", "/admin/role/list", headers: ["origin: http://a"])
        #expect(list.status == 200)
        #expect(!list.headers.keys.contains { $0.hasPrefix("access-control") })
        let asked = try harness.http("OPTIONS", "/admin/role/kill", headers: ["origin: http://a"])
        #expect(asked.status == 405)
        #expect(!asked.headers.keys.contains { $0.hasPrefix("access-control") })
        let page = try harness.http("GET", "/version", headers: ["origin: http://a"])
        #expect(page.headers["access-control-allow-origin"] == "*")
    }

    @Test func unknownRolesAreRefused() throws {
        let harness = try harness()
        let failure = try harness.failure(FaultsMethods.killRole, order("king").serializedBytes())
        #expect(failure.code == .invalidArgument)
        #expect(failure.message.contains("proposer, acceptor, learner"))
    }

    @Test func ordersOverHTTP() throws {
        let harness = try harness()
        let door = FaultDoor(
            replica: harness.replica, keeper: harness.etcd.keeper, isEnabled: true)
        func ask(_ method: String, _ path: String, _ query: String = "") -> RESTResponse {
            door.handle(
                RESTRequest(method: method, path: "/admin/role/" + path, query: Array(query.utf8)))
        }
        let killed = ask("POST", "kill", "role=proposer")
        #expect(killed.status == 200)
        let text = String(decoding: killed.body, as: UTF8.self)
        #expect(text.hasPrefix(#"{"proposer":"dead","acceptor":"alive","learner":"alive""#))
        #expect(harness.replica.status.deadRoles == ["proposer"])
        #expect(ask("POST", "revive", "role=proposer&amnesia=false").status == 200)
        #expect(harness.replica.status.deadRoles == [])
        let list = String(decoding: ask("GET", "list").body, as: UTF8.self)
        #expect(list.contains(#""proposer_deaths":"1""#) || list.contains(#""proposer_deaths":1"#))
        #expect(ask("GET", "kill", "role=proposer").status == 405)
        #expect(ask("POST", "kill").status == 400)
        #expect(ask("POST", "kill", "role=king").status == 400)
        #expect(ask("POST", "kill", "role=learner&x=1").status == 400)
        #expect(ask("POST", "revive", "role=learner&amnesia=perhaps").status == 400)
        #expect(ask("POST", "bury", "role=learner").status == 404)
        func pause(_ query: String) -> Int {
            door.handle(
                RESTRequest(method: "POST", path: "/admin/disk/pause", query: Array(query.utf8))
            ).status
        }
        #expect(pause("milliseconds=0") == 200)
        #expect(pause("milliseconds=60001") == 400)
        #expect(pause("") == 400)
    }
}
