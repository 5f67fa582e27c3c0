import Observability
import Paxos
import Testing

@testable import synod

/// Random deaths: when they come.
struct ChaosSchedulerTests {
    private struct Happening: Equatable {
        let at: UInt64
        let role: Role
        let isDeath: Bool
    }

    /// What happens until `end`, in virtual milliseconds.
    private func run(
        _ plan: String, name: String = "n1", seed: UInt64 = 1, until end: UInt64
    ) throws -> [Happening] {
        var now: UInt64 = 0
        var timers: [(at: UInt64, action: () -> Void)] = []
        var happened: [Happening] = []
        let scheduler = ChaosScheduler(
            try ChaosPlan(plan, source: "--chaos"), name: name, seed: seed,
            logger: Logger(component: "test", sink: .silent),
            kill: { happened.append(Happening(at: now, role: $0, isDeath: true)) },
            revive: { role, _ in happened.append(Happening(at: now, role: role, isDeath: false)) },
            after: { timers.append((now + $0, $1)) })
        scheduler.start()
        while let next = timers.indices.min(by: { timers[$0].at < timers[$1].at }) {
            let timer = timers.remove(at: next)
            if timer.at > end { break }
            now = timer.at
            timer.action()
        }
        return happened
    }

    @Test func deathsComeAtRandomAndPass() throws {
        let happened = try run("acceptor=mean:1s,down:200ms", until: 1_200_000)
        let deaths = happened.filter(\.isDeath)
        // A cycle takes 1.2 s on average.
        #expect((800...1_200).contains(deaths.count))
        for (death, revival) in zip(happened, happened.dropFirst()) where death.isDeath {
            #expect(!revival.isDeath && revival.at == death.at + 200)
        }
        let lives = zip(happened.dropFirst(), happened.dropFirst(2)).filter { $1.isDeath }
            .map { $1.at - $0.at }
        // Exponentially distributed: more than half are shorter than the mean, some are much longer.
        #expect(lives.count { $0 < 1_000 } > lives.count / 2)
        #expect(lives.contains { $0 > 3_000 })
    }

    @Test func aSeedGivesTheSameDeathsAgainAndNodesDiffer() throws {
        let plan = "all=mean:1s,down:100ms,seed:7"
        let first = try run(plan, seed: 1, until: 60_000)
        #expect(try run(plan, seed: 2, until: 60_000) == first)
        #expect(try run(plan, name: "n2", seed: 1, until: 60_000) != first)
        #expect(Set(first.map(\.role)) == Set(Role.allCases))
        let times = Role.allCases.map { role in first.first { $0.role == role }?.at }
        #expect(Set(times).count == 3)
    }

    @Test func rolesThatAreNotNamedLive() throws {
        let happened = try run("learner=mean:1s", until: 100_000)
        #expect(!happened.isEmpty)
        #expect(!happened.contains { $0.role != .learner })
    }
}
