package import Paxos
package import PaxosCodec

/// The rules of the first start and of every later one (P4, P5, P6): who may form a cluster, who may join
/// one, and when a replica that comes back may vote. Hellos in, orders out.
package struct Formation {
    /// What the replica around it must do.
    package enum Order: Equatable {
        /// Make this genesis durable, then say hello again to everybody.
        case adopt(Membership, ClusterID)
        /// Enough peers have been heard: the core may be born.
        case begin
        /// Close the connection to this peer; the text goes to it and to the log.
        case refuse(String)
        /// Something that the operator need not act on.
        case inform(String)
        /// Tell the operator; the text is a sentence that says what to do.
        case report(String)
        /// This directory must never vote again in the life that it has: begin another one, for the reason
        /// that the sentence says.
        case beginNewLife(String)
    }

    private enum Stage {
        /// An empty directory of a listed member of a new cluster.
        case forming
        /// An empty directory of a node that never forms a cluster: it follows the one that it meets.
        case joining
        /// A directory of a cluster, waiting for a quorum's hellos.
        case greeting
        case running
        /// Another life of the directory is to begin.
        case ending
    }

    private let listed: [ListedMember]
    private let listHash: UInt64
    private let own: Hello
    /// The highest that this node may have told anybody, in this process life or an earlier one.
    private var ownPromised: Ballot
    private var ownAccepted: Slot
    private let clusterID: (Membership) -> ClusterID
    private let injectedBug: ReplicaBug?
    /// Whether this life of the directory has, or had, a seat.
    private var hasHadSeat: Bool
    private var stage: Stage
    /// The newest membership that this node or a peer knows of.
    private(set) var governing: GoverningMembership?
    private var membership: Membership? { governing?.membership }
    private var cluster: ClusterID?
    /// The newest hello of each peer.
    private var heard: [Hello] = []
    /// What the operator was told last, so as not to repeat it.
    private var lastReport: String?
    private var lastNews: String?

    /// `governing` is that of the directory, nil while it is empty; `cluster` the one that it belongs to, which an
    /// empty one may know from an earlier life. `promised` and `accepted` are the highest that the directory
    /// knows. `clusterID` derives a cluster's identity from its genesis.
    package init(
        listed: [ListedMember], own: Hello, governing: GoverningMembership?, cluster: ClusterID?,
        promised: Ballot, accepted: Slot, mayForm: Bool, injectedBug: ReplicaBug? = nil,
        clusterID: @escaping (Membership) -> ClusterID
    ) {
        self.listed = listed
        self.listHash = own.memberListHash
        self.own = own
        self.ownPromised = promised
        self.ownAccepted = accepted
        self.clusterID = clusterID
        self.injectedBug = injectedBug
        self.governing = governing
        self.cluster = cluster
        hasHadSeat =
            governing?.membership.seat(of: own.replica)?.incarnation == own.incarnation
        stage =
            governing != nil ? .greeting : mayForm && cluster == nil ? .forming : .joining
    }

    /// What is to be done before any hello has come: a cluster of one needs nobody.
    package mutating func start() -> [Order] {
        switch stage {
        case .joining: return report(Self.joiningSentence)
        case .forming: return formIfComplete()
        case .greeting: return beginIfHeardEnough()
        case .running, .ending: return []
        }
    }

    /// How far this node has come by now: a peer that is met again remembers that, too.
    package mutating func note(promised: Ballot, accepted: Slot) {
        ownPromised = max(ownPromised, promised)
        ownAccepted = max(ownAccepted, accepted)
    }

    /// A peer said hello; `genesis` is that of its cluster, if it belongs to one, `memory` what was heard
    /// from this life of it before.
    package mutating func receive(
        _ hello: Hello, genesis: Membership?, memory: PeerMemory? = nil
    ) -> [Order] {
        if let reason = refusal(of: hello, memory) { return [.refuse(reason)] }
        if let memory = hello.remembered, let sentence = rollback(memory, by: hello) {
            return endLife(sentence)
        }
        remember(hello)
        if let theirs = hello.governing, stage != .forming {
            let orders = govern(theirs)
            guard orders.isEmpty else { return orders }
        }
        switch stage {
        case .forming: return meet(hello, genesis)
        case .joining: return join(hello, genesis)
        case .greeting: return reportLostQuorum() + beginIfHeardEnough()
        case .running, .ending: return reportLostQuorum()
        }
    }

    /// A newer membership governs. The directory of a node that was away may know an old one, and those who
    /// were members then may be gone. A life that lost its seat to another one never comes back (P1).
    mutating func govern(_ newer: GoverningMembership) -> [Order] {
        guard newer.slot > governing?.slot ?? .zero else { return [] }
        governing = newer
        guard let seat = newer.membership.seat(of: own.replica) else { return [] }
        if seat.incarnation == own.incarnation { hasHadSeat = true }
        guard seat.incarnation != own.incarnation, hasHadSeat, injectedBug != .voteAfterWipe else {
            return []
        }
        return endLife(
            "this member's seat is for another life of its data directory since slot "
                + "\(newer.slot.rawValue)")
    }

    private mutating func endLife(_ sentence: String) -> [Order] {
        guard stage != .ending else { return [] }
        stage = .ending
        return [.beginNewLife(sentence)]
    }

    /// Whether the core may be born.
    package var isRunning: Bool { if case .running = stage { true } else { false } }

    /// A sentence for status while the replica does not serve.
    package var problem: String? {
        switch stage {
        case .running: lastReport
        case .forming: lastReport ?? "waiting for the first start of all listed members"
        case .joining: lastReport ?? Self.joiningSentence
        case .greeting: lastReport ?? "waiting to hear from a quorum of the members"
        case .ending: lastReport ?? "another life of this data directory is about to begin"
        }
    }

    private static let joiningSentence =
        "this data directory is empty and the cluster exists already: this node waits to hear from a member, "
        + "and follows without a vote until the members give it one"

    // MARK: Rules

    private func refusal(of hello: Hello, _ memory: PeerMemory?) -> String? {
        if let mine = cluster, !hello.isClusterless, mine != hello.cluster {
            return "cluster ID mismatch: this member belongs to another cluster"
        }
        guard isKnown(hello) else {
            return
                "\(hex(hello.replica.rawValue)) is no member of this cluster, and not in the initial list: "
                + "add it first"
        }
        if cluster == nil, hello.isClusterless, hello.memberListHash != listHash {
            return "the initial cluster lists or tokens differ"
        }
        guard !believesOldDirectories else { return nil }
        if let memory, isAnotherCopy(hello.starts, than: memory.start) {
            return
                "boot \(memory.start.boot.rawValue) was another process: this data directory is a copy, and the "
                + "member has gone on without it"
        }
        let twin = heard.first {
            $0.replica == hello.replica && $0.incarnation == hello.incarnation
        }
        guard let twin else { return nil }
        if twin.boot > hello.boot {
            return
                "boot \(hello.boot.rawValue) is older than \(twin.boot.rawValue): a stale copy of the data directory"
        }
        if twin.boot == hello.boot, twin.nonce != hello.nonce, !believesCopies {
            return "two processes run on copies of one data directory: stop one of them"
        }
        return nil
    }

    /// Whether there is anything to talk about. Whoever belongs to the cluster may have come or gone by a change
    /// that is not known here yet, and is heard; what it says counts by the core's rules.
    private func isKnown(_ hello: Hello) -> Bool {
        if listed.contains(where: { $0.replica == hello.replica }) { return true }
        if membership?.seat(of: hello.replica) != nil { return true }
        return !hello.isClusterless && (stage == .joining || hello.cluster == cluster)
    }

    /// A peer remembers more of this directory than it holds: it was rolled back (P6).
    private func rollback(_ memory: PeerMemory, by hello: Hello) -> String? {
        guard memory.incarnation == own.incarnation, memory.replica == own.replica else {
            return nil
        }
        let isRolledBack =
            memory.start.boot > own.boot || isAnotherCopy(own.starts, than: memory.start)
            || memory.promised > ownPromised || memory.accepted > ownAccepted
        guard isRolledBack, !believesOldDirectories else { return nil }
        return
            "member \(hex(hello.replica.rawValue)) remembers a newer state of this data directory "
            + "(boot \(memory.start.boot.rawValue), slot \(memory.accepted.rawValue)) than it holds "
            + "(boot \(own.boot.rawValue), slot \(ownAccepted.rawValue)): it is an old copy and must not vote"
    }

    private func isAnotherCopy(_ starts: [ProcessStart], than remembered: ProcessStart) -> Bool {
        starts.contradict(remembered) && !believesCopies
    }

    /// The bug of that name.
    private var believesCopies: Bool { injectedBug == .copyTakenForRestart }

    /// The bugs of these names.
    private var believesOldDirectories: Bool {
        injectedBug == .staleDirectoryVotes || injectedBug == .rotTakenForEmpty
    }

    private mutating func remember(_ hello: Hello) {
        if let position = heard.firstIndex(where: { $0.replica == hello.replica }) {
            heard[position] = hello
        } else {
            forgetStranger()
            heard.append(hello)
        }
    }

    /// Only the hellos of those count who are members or may become so here.
    private mutating func forgetStranger() {
        guard heard.count >= Limits.peersRemembered else { return }
        let stranger = heard.firstIndex { hello in
            membership?.seat(of: hello.replica) == nil
                && !listed.contains { $0.replica == hello.replica }
        }
        if let stranger { heard.remove(at: stranger) }
    }

    private mutating func meet(_ hello: Hello, _ genesis: Membership?) -> [Order] {
        guard !hello.isClusterless, let genesis else { return formIfComplete() }
        let theirs = hello.cluster
        if isVoter(in: genesis) {
            governing = GoverningMembership(slot: .zero, membership: genesis)
            cluster = theirs
            stage = .greeting
            return [.adopt(genesis, theirs)] + beginIfHeardEnough()
        }
        // Whoever hears of a formed cluster never forms one.
        return join(hello, genesis)
    }

    /// An empty directory has nothing to hide: it follows at once, without a vote, and has one when the others
    /// give it one (P5, P25). That it is there is all that it has to ask for it with.
    private mutating func join(_ hello: Hello, _ genesis: Membership?) -> [Order] {
        guard !hello.isClusterless, let genesis else { return [] }
        lastReport = nil
        governing = hello.governing
        cluster = hello.cluster
        stage = .running
        return [.adopt(genesis, hello.cluster), .begin] + reportLostQuorum()
    }

    private func isVoter(in membership: Membership) -> Bool {
        if injectedBug == .voteAfterWipe { return membership.seat(of: own.replica) != nil }
        return membership.isVoter(own.replica, own.incarnation)
    }

    private mutating func formIfComplete() -> [Order] {
        let isFirst = listed.allSatisfy { own.replica <= $0.replica }
        guard isFirst else { return [] }
        var seats: [Seat] = []
        for member in listed {
            guard let incarnation = incarnationOfEmptyMember(member.replica) else { return [] }
            seats.append(
                Seat(
                    replica: member.replica, incarnation: incarnation, kind: .voter,
                    name: member.name, peerURLs: member.peerURLs,
                    clientURLs: clientURLs(of: member.replica)))
        }
        let genesis = Membership(seats: seats)
        let formed = clusterID(genesis)
        governing = GoverningMembership(slot: .zero, membership: genesis)
        cluster = formed
        stage = .greeting
        return [.adopt(genesis, formed)] + beginIfHeardEnough()
    }

    private func incarnationOfEmptyMember(_ replica: ReplicaID) -> Incarnation? {
        if replica == own.replica { return own.incarnation }
        guard let hello = heard.first(where: { $0.replica == replica }) else { return nil }
        return hello.isEmpty && hello.isClusterless ? hello.incarnation : nil
    }

    private func clientURLs(of replica: ReplicaID) -> [String] {
        let hello = replica == own.replica ? own : heard.first { $0.replica == replica }
        return hello?.clientURLs ?? []
    }

    private mutating func beginIfHeardEnough() -> [Order] {
        guard stage == .greeting, let membership else { return [] }
        // Learners, those that are to be admitted anew and those that left are no voters, and answer as
        // acceptors all the same.
        let itself = isVoter(in: membership) ? 1 : 0
        let intact =
            itself + heard.filter { membership.isVoter($0.replica, $0.incarnation) }.count
        guard intact >= Quorum(membership).size else { return [] }
        stage = .running
        return [.begin]
    }

    private mutating func reportLostQuorum() -> [Order] {
        guard let membership else { return [] }
        let known = heard + [own]
        let lost = membership.voters.filter { seat in
            known.contains { $0.replica == seat.replica && $0.incarnation != seat.incarnation }
        }
        let left = membership.voters.count - lost.count
        guard !lost.isEmpty else {
            // Whoever had come back without data has it again, or a seat for the life that it has now.
            lastReport = nil
            lastNews = nil
            return []
        }
        guard left < Quorum(membership).size else {
            lastReport = nil
            let names = lost.map(\.name).joined(separator: ", ")
            return inform("member \(names) came back without its data: it is to be admitted anew")
        }
        return report(
            "quorum lost: \(lost.count) of \(membership.voters.count) voters came back without their data, so "
                + "that nothing can be decided; put their data directories back, or make a new cluster of the "
                + "member that has most with synod recover")
    }

    /// News that are no problem: the cluster serves.
    private mutating func inform(_ sentence: String) -> [Order] {
        guard sentence != lastNews else { return [] }
        lastNews = sentence
        return [.inform(sentence)]
    }

    private mutating func report(_ sentence: String) -> [Order] {
        guard sentence != lastReport else { return [] }
        lastReport = sentence
        return [.report(sentence)]
    }

    private func hex(_ number: UInt64) -> String { String(number, radix: 16) }
}

extension [ProcessStart] {
    /// Whether another process than that one had its boot number here: this is the history of another copy
    /// (P6). A copy that is started often enough has a higher number than its peers remember; it cannot have
    /// their nonces.
    fileprivate func contradict(_ remembered: ProcessStart) -> Bool {
        contains { $0.boot == remembered.boot && $0.nonce != remembered.nonce }
    }
}
