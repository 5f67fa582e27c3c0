import Paxos
import Testing

@testable import synod

/// The grammar of --chaos.
struct ChaosPlanTests {
    @Test func plans() throws {
        let plan = try ChaosPlan(
            "acceptor=mean:20s,down:2s,learner=down:500ms,seed:7,amnesia", source: "--chaos")
        #expect(plan.deaths[.acceptor] == .init(meanMilliseconds: 20_000, downMilliseconds: 2_000))
        #expect(plan.deaths[.learner] == .init(meanMilliseconds: 20_000, downMilliseconds: 500))
        #expect(plan.deaths[.proposer] == nil)
        #expect(plan.seed == 7)
        #expect(plan.hasAmnesia)
        #expect(plan.roleNames == ["acceptor", "learner"])
        #expect(try ChaosPlan("\(plan)", source: "--chaos") == plan)
        let all = try ChaosPlan("all=mean:1.5m", source: "--chaos")
        #expect(all.deaths.count == 3)
        #expect(all.deaths[.proposer]?.meanMilliseconds == 90_000)
        #expect(all.seed == nil)
    }

    @Test(arguments: [
        "", "acceptor", "acceptor=", "mean:20s", "king=mean:20s", "acceptor=mean:20",
        "acceptor=mean:0s", "acceptor=mean:25h", "acceptor=mean:1s,acceptor=mean:2s",
        "acceptor=mean:1s,seed:x", "acceptor=mean:1s,", "seed:1", "acceptor=mean:-1s",
        "all=mean:1s,learner=mean:2s", "acceptor=mean:nans",
    ])
    func refused(text: String) {
        #expect(throws: UsageError.self) { try ChaosPlan(text, source: "--chaos") }
    }

    @Test func times() {
        #expect(DurationText.milliseconds("20s") == 20_000)
        #expect(DurationText.milliseconds("500ms") == 500)
        #expect(DurationText.milliseconds("1.5m") == 90_000)
        #expect(DurationText.milliseconds("2h") == 7_200_000)
        #expect(DurationText.milliseconds("1h30m") == 5_400_000)
        for text in ["", "20", "s", "1h30", "1h-30m", "-1s", "1d", "infs", "1e300s"] {
            #expect(DurationText.milliseconds(text) == nil, "\(text)")
        }
        #expect(DurationText.text(milliseconds: 90_000) == "90s")
        #expect(DurationText.text(milliseconds: 120_000) == "2m")
        #expect(DurationText.text(milliseconds: 1_500) == "1500ms")
    }
}
