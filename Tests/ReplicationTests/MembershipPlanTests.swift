import Paxos
import Testing

@testable import Replication

/// What orders make of a membership, before anybody asks who lives.
@Suite("Plans for the members")
struct MembershipPlanTests {
    private typealias Plan = MembershipOrder.Plan

    private func seat(_ id: UInt64, _ kind: Seat.Kind = .voter, isStarted: Bool = true) -> Seat {
        Seat(
            replica: ReplicaID(id), incarnation: isStarted ? Incarnation(id) : nil, kind: kind,
            name: isStarted ? "n\(id)" : "", peerURLs: [url(id)])
    }

    private func url(_ id: UInt64) -> String { "http://n\(id):2380" }

    private func plan(
        _ order: MembershipOrder, for seats: [Seat], isRetry: Bool = false
    ) -> Plan {
        order.plan(for: Membership(seats: seats), isRetry: isRetry)
    }

    private func add(_ id: UInt64, isLearner: Bool = false) -> MembershipOrder {
        .add(id, peerURLs: [url(id)], isLearner: isLearner)
    }

    private var three: [Seat] { [1, 2, 3].map { seat($0) } }

    @Test("a member that is added has a seat without a directory and without a name")
    func adding() {
        let voter = seat(4, .voterToBe, isStarted: false)
        #expect(plan(add(4), for: three) == .change(Membership(seats: three + [voter])))
        let learner = seat(4, .learner, isStarted: false)
        #expect(
            plan(add(4, isLearner: true), for: three)
                == .change(Membership(seats: three + [learner])))
        // Given a second time, it is done.
        #expect(plan(add(4), for: three + [voter]) == .done)
    }

    @Test(
        "URLs are http://host:port or https://host:port, each of one member",
        arguments: [
            [], ["n4:2380"], ["http://n4"], ["http://n4:2380/"],
            ["http://:2380"], ["http://n4:0"], ["http://n4:+2380"], ["http://n4:-1"],
            ["http://n4: 2380"], ["http://n4:0x94c"], [" http://n4:2380"], ["http:// n4:2380"],
            ["http://n\t4:2380"], ["http://n4:2380", "http://n4:2380"],
            ["http://" + String(repeating: "n", count: 600) + ":1"],
            (1...17).map { "http://n4:\($0)" },
        ] as [[String]])
    func invalidURLs(urls: [String]) {
        for order: MembershipOrder in [
            .add(4, peerURLs: urls, isLearner: false),
            .update(1, peerURLs: urls),
            .replace(1, by: 4, peerURLs: urls),
        ] {
            #expect(plan(order, for: three) == .refused(.invalidURLs))
            #expect(!order.isWellFormed)
        }
    }

    @Test("a URL of another member is taken, in any list")
    func takenURLs() {
        let urls = ["http://n4:2380", url(2)]
        let add = MembershipOrder.add(4, peerURLs: urls, isLearner: false)
        #expect(plan(add, for: three) == .refused(.urlsTaken))
        let update = MembershipOrder.update(1, peerURLs: urls)
        #expect(plan(update, for: three) == .refused(.urlsTaken))
        let replace = MembershipOrder.replace(1, by: 4, peerURLs: urls)
        #expect(plan(replace, for: three) == .refused(.urlsTaken))
        // A successor may live where the old member lived.
        let same = MembershipOrder.replace(2, by: 4, peerURLs: [url(2)])
        guard case .change(let next) = plan(same, for: three) else {
            Issue.record("expected a change")
            return
        }
        #expect(next.seat(of: ReplicaID(2)) == nil)
        #expect(next.seat(of: ReplicaID(4))?.kind == .voterToBe)
        #expect(next.seat(of: ReplicaID(4))?.incarnation == nil)
    }

    @Test("one learner at a time, as in etcd")
    func learners() {
        let seats = three + [seat(4, .learner)]
        #expect(plan(add(5, isLearner: true), for: seats) == .refused(.tooManyLearners))
        guard case .change = plan(add(5), for: seats) else {
            Issue.record("a voter may come")
            return
        }
    }

    @Test("members that have not started are too many when the started ones are no quorum")
    func tooFewStarted() {
        let waiting = { seat($0, .voterToBe, isStarted: false) }
        // etcd lets a cluster of one grow, and no further before the second one has started.
        guard case .change = plan(add(2), for: [seat(1)]) else {
            Issue.record("a cluster of one may grow")
            return
        }
        #expect(plan(add(3), for: [seat(1), waiting(2)]) == .refused(.tooFewStarted))
        #expect(plan(add(6), for: three + [waiting(4), waiting(5)]) == .refused(.tooFewStarted))
        let remove = MembershipOrder.remove(1)
        #expect(plan(remove, for: [seat(1)]) == .refused(.tooFewStarted))
        #expect(plan(remove, for: [seat(1), waiting(2)]) == .refused(.tooFewStarted))
        #expect(
            plan(.remove(2), for: [seat(1), waiting(2)])
                == .change(Membership(seats: [seat(1)])))
        let replace = MembershipOrder.replace(1, by: 2, peerURLs: ["http://n2:1"])
        #expect(plan(replace, for: [seat(1)]) == .refused(.tooFewStarted))
    }

    @Test("there are as many members as votes can be counted")
    func tooMany() {
        let seats = (1...64).map { seat(UInt64($0)) }
        #expect(plan(add(65), for: seats) == .refused(.tooManyMembers))
    }

    @Test("a learner that has started is promoted, and nobody else")
    func promoting() {
        let seats = three + [seat(4, .learner)]
        #expect(
            plan(.promote(4), for: seats)
                == .change(Membership(seats: three + [seat(4)])))
        #expect(plan(.promote(9), for: seats) == .refused(.memberNotFound))
        #expect(plan(.promote(1), for: seats) == .refused(.notALearner))
        #expect(plan(.promote(1), for: seats, isRetry: true) == .done)
        let waiting = three + [seat(4, .learner, isStarted: false)]
        #expect(plan(.promote(4), for: waiting) == .refused(.learnerBehind))
        let coming = three + [seat(4, .voterToBe)]
        #expect(plan(.promote(4), for: coming) == .refused(.notALearner))
    }

    @Test("who is not there cannot go, unless an earlier try has seen to it")
    func removing() {
        let order = MembershipOrder.remove(9)
        #expect(plan(order, for: three) == .refused(.memberNotFound))
        #expect(plan(order, for: three, isRetry: true) == .done)
        let replace = MembershipOrder.replace(9, by: 3, peerURLs: ["http://n3:1"])
        #expect(plan(replace, for: three) == .refused(.memberNotFound))
        #expect(plan(replace, for: three, isRetry: true) == .done)
        #expect(
            plan(.remove(3), for: three)
                == .change(Membership(seats: [seat(1), seat(2)])))
    }

    @Test("a member moves to other URLs, and stays what it is")
    func updating() {
        let order = MembershipOrder.update(2, peerURLs: ["http://b:2", "http://a:1"])
        guard case .change(let next) = plan(order, for: three) else {
            Issue.record("expected a change")
            return
        }
        let moved = next.seat(of: ReplicaID(2))
        #expect(moved?.peerURLs == ["http://a:1", "http://b:2"])
        #expect(moved?.incarnation == Incarnation(2) && moved?.isVoter == true)
        #expect(order.plan(for: next, isRetry: false) == .done)
        let unknown = MembershipOrder.update(9, peerURLs: ["http://a:1"])
        #expect(plan(unknown, for: three) == .refused(.memberNotFound))
    }

    @Test("orders and answers come back from their bytes, and nothing else does")
    func notes() {
        let urls = ["http://a:1", "http://b:2"]
        let orders: [MembershipOrder] = [
            .add(7, peerURLs: urls, isLearner: true),
            .add(7, peerURLs: urls, isLearner: false), .promote(.max),
            .remove(1), .update(2, peerURLs: urls),
            .replace(3, by: 4, peerURLs: urls),
        ]
        let governing = GoverningMembership(
            slot: Slot(77), membership: Membership(seats: three + [seat(4, .learner)]))
        let answers: [OrderAnswer] =
            [.done(governing), .later] + OrderRefusal.allCases.map { .refused($0) }
        let notes =
            orders.map { PeerNote.order(number: 1 << 40, $0, isRetry: true, knownSlot: Slot(7)) }
            + answers.map { PeerNote.answer(number: 3, $0) }
        for note in notes {
            let bytes = note.encode()
            #expect(bytes.withUnsafeBytes { PeerNote($0) } == note)
            for length in 0..<bytes.count {
                #expect(bytes.prefix(length).withUnsafeBytes { PeerNote($0) } == nil)
            }
            #expect((bytes + [0]).withUnsafeBytes { PeerNote($0) } == nil)
        }
        let far = GoverningMembership(slot: Slot(1 << 46 + 1), membership: governing.membership)
        let refused: [PeerNote] = [
            .answer(number: 3, .done(far)),
            .order(number: 3, .remove(1), isRetry: false, knownSlot: far.slot),
        ]
        for note in refused {
            #expect(note.encode().withUnsafeBytes { PeerNote($0) } == nil, "\(note)")
        }
    }
}
