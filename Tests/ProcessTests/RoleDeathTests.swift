import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Roles of real processes that die alone.
    @Suite(.serialized) struct RoleDeathTests {
        @Test(.timeLimit(.minutes(1)))
        func theDemoIsRightWhileAllRolesDie() async throws {
            let demo = try await Tool.synod(
                "demo", "--nodes", "5", "--chaos", "all=mean:700ms,down:200ms,seed:5", "--duration",
                "4s", "--deaths", "5", "--populate", "20", seconds: 50)
            #expect(demo.status == 0, "\(demo.output)")
            #expect(demo.output.contains("all as it must be"))
            for role in ["proposer", "acceptor", "learner"] {
                #expect(demo.output.contains("the \(role) has died"))
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func ordersToARunningCluster() async throws {
            try await TestCluster.with(3, options: ["--enable-fault-injection"]) { cluster in
                let client = try cluster.client()
                defer { client.close() }
                let endpoint = cluster.nodes[0].endpoint
                try await client.put("k", "v")
                try await client.killRole("learner", at: endpoint)
                // The first node refuses, and the client asks the next one.
                #expect(try await client.get("k")?.valueText == "v")
                try await client.put("k", "w")
                let revived = try await client.reviveRole("learner", at: endpoint)
                #expect(revived.map(\.deaths) == [0, 0, 1])
                #expect(revived.map(\.isAlive) == [true, true, true])
                #expect(try await client.get("k")?.valueText == "w")
                let url = cluster.nodes[1].url
                let killed = try await Tool.curl(
                    "-X", "POST", "\(url)/admin/role/kill?role=acceptor")
                #expect(killed.output.contains(#""acceptor":"dead""#))
                try await client.put("k", "x")
                let status = try await Tool.synod("status", "--endpoints", cluster.endpointList)
                #expect(status.output.contains("the acceptor is dead"))
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func wrongPlansAreRefused() async throws {
            for words in [
                ["serve", "--chaos", "king=mean:1s"], ["demo", "--nodes", "3", "--chaos", "king"],
                ["demo", "--chaos", "acceptor"], ["demo", "--nodes", "3", "--duration", "soon"],
            ] {
                let result = try await Tool.run(Places.synod, words)
                #expect(result.status == 2, "\(words)")
            }
        }
    }
}
