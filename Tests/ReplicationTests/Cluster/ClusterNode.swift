import Basics
import LogTesting
import MVCC
import Observability
import Paxos
import PaxosCodec
import WriteAheadLog

@testable import Replication

/// One member: a directory that stays, and a process that comes and goes. The process is the real
/// replica over the real log; only the disk below and the wires are the test's.
final class ClusterNode: PeerLink {
    let replicaID: ReplicaID
    private(set) var disk: LyingDisk
    private(set) var identity: Identity
    private(set) var replica: Replica?
    /// How many processes there have been.
    private(set) var life = 0
    private(set) var isStarted = false
    /// Why the process ended itself, if it did.
    private(set) var haltReport: String?
    /// Why the directory cannot be used, if so.
    private(set) var recoveryError: RecoveryError?
    /// Nothing of this process runs before this moment (it was stopped by a signal, say).
    var pausedUntilMicroseconds: UInt64 = 0
    /// No operation of the disk ends before this moment.
    var diskStalledUntilMicroseconds: UInt64 = 0

    private unowned let cluster: Cluster
    private var isTurnDue = false
    private var isDiskBusy = false
    private var isHalting = false

    init(_ index: Int, in cluster: Cluster) {
        self.cluster = cluster
        replicaID = ReplicaID(UInt64(index) + 1)
        disk = cluster.makeDisk()
        identity = ClusterNode.newIdentity(of: replicaID, cluster)
    }

    var name: String { "n\(replicaID.rawValue)" }

    // MARK: Life

    func start() {
        precondition(replica == nil, "one process at a time")
        life += 1
        haltReport = nil
        let parts: RecoveredParts
        do throws(RecoveryError) {
            parts = try Recovery.run(
                disk: disk, identity: identity, nonce: cluster.random.next(),
                options: LogOptions(segmentBytes: cluster.options.segmentBytes),
                injectedBug: cluster.options.injectedBug, logger: cluster.logger,
                saveIdentity: { [unowned self] in identity = $0 })
        } catch {
            recoveryError = error
            return cluster.note("\(name) cannot recover: \(error)")
        }
        let replica = Replica(
            configuration: configuration, parts: parts, metrics: ServerMetrics(),
            logger: cluster.logger,
            clockMilliseconds: { [unowned cluster] in cluster.timeline.nowMilliseconds },
            clusterID: Cluster.clusterID, requestTurn: { [unowned self] in requestTurn() },
            halt: { [unowned self] in halt($0) })
        replica.link = self
        replica.onStarted = { [unowned self] in
            isStarted = true
            cluster.started(self)
        }
        self.replica = replica
        cluster.compareDigest(of: replica, isCertain: true)
        replica.start()
        workDisk()
        tickLater()
    }

    /// The process is gone at once, and the disk forgets.
    func crash() {
        guard replica != nil else { return }
        replica = nil
        isStarted = false
        isTurnDue = false
        isDiskBusy = false
        isHalting = false
        pausedUntilMicroseconds = 0
        diskStalledUntilMicroseconds = 0
        disk.crash()
        cluster.crashed(self)
    }

    /// The data directory is gone, and another one is made in its place.
    func wipe() {
        precondition(replica == nil, "only the directory of a dead process")
        disk = cluster.makeDisk()
        identity = ClusterNode.newIdentity(of: replicaID, cluster)
    }

    /// A copy of the directory, to be put back later.
    func backup() -> (identity: Identity, segments: [UInt64: [UInt8]]) {
        let numbers = (try? disk.segments())?.map(\.number) ?? []
        let contents = numbers.map { ($0, disk.disk.contents($0)) }
        return (identity, Dictionary(uniqueKeysWithValues: contents))
    }

    func restore(_ backup: (identity: Identity, segments: [UInt64: [UInt8]])) {
        wipe()
        identity = backup.identity
        for (number, bytes) in backup.segments { disk.disk.replace(number, with: bytes) }
    }

    // MARK: Turns

    func requestTurn() {
        guard !isTurnDue, replica != nil else { return }
        isTurnDue = true
        inThisLife(after: cluster.random(in: 5...60)) { [unowned self] in turn() }
    }

    private func turn() {
        guard !isHalting, let replica else { return }
        isTurnDue = false
        replica.endOfTurn()
        if isHalting { return crash() }
        cluster.onTurn(self)
        cluster.compareDigest(of: replica, isCertain: false)
        workDisk()
    }

    private func tickLater() {
        inThisLife(after: cluster.random(in: 8_000...11_000)) { [unowned self] in
            replica?.tick()
            requestTurn()
            tickLater()
        }
    }

    private func workDisk() {
        guard !isDiskBusy, !disk.disk.pending.isEmpty else { return }
        isDiskBusy = true
        let disk = disk
        // The disk works on while the process is stopped.
        let life = life
        let now = cluster.timeline.nowMicroseconds
        let stall = max(now, diskStalledUntilMicroseconds) - now
        cluster.timeline.after(stall + cluster.random(in: cluster.options.diskMicroseconds)) {
            [unowned self] in
            guard life == self.life, replica != nil else { return }
            isDiskBusy = false
            if disk.completeAny() { requestTurn() }
            workDisk()
        }
    }

    /// Does something later, if the same process still lives, and not while it is stopped.
    func inThisLife(after microseconds: UInt64, _ action: @escaping () -> Void) {
        let life = life
        cluster.timeline.after(microseconds) { [unowned self] in
            guard life == self.life, replica != nil else { return }
            let now = cluster.timeline.nowMicroseconds
            guard pausedUntilMicroseconds > now else { return action() }
            inThisLife(after: pausedUntilMicroseconds - now, action)
        }
    }

    private func halt(_ report: String) {
        haltReport = report
        isHalting = true
        cluster.halted(self, report)
        inThisLife(after: 1) { [unowned self] in crash() }
    }

    // MARK: Wires

    func send(_ messages: [Message], to peer: ReplicaID) {
        guard !isHalting, let replica, let receiver = cluster.node(peer),
            cluster.connection(self, receiver)?.heard(by: self) != nil
        else { return }
        for message in messages { cluster.onMessage(message, self, receiver) }
        var first = 0
        while first < messages.count {
            var byteCount = messages[first].byteCountEstimate
            var end = first + 1
            while end < messages.count, byteCount < 64 << 10 {
                byteCount += messages[end].byteCountEstimate
                end += 1
            }
            cluster.transmit(
                PeerFrame.encode(replica.frameHeader, Array(messages[first..<end])), from: self,
                to: receiver)
            first = end
        }
    }

    func sayHelloAgain() {
        for peer in cluster.nodes where peer !== self {
            cluster.connection(self, peer)?.sayHelloAgain(from: self)
        }
    }

    func receive(frame bytes: [UInt8], from sender: ClusterNode) {
        guard let replica, let ownCluster = replica.clusterID,
            let hello = cluster.connection(self, sender)?.heard(by: self)
        else { return }
        do throws(FrameError) {
            let frame = try Self.decode(bytes, ownCluster)
            guard frame.header.incarnation == hello.incarnation else { return }
            replica.receive(
                frame.messages,
                from: Input.Sender(
                    replica: frame.header.replica, incarnation: frame.header.incarnation))
            requestTurn()
        } catch {
            cluster.note("\(name) cannot read a frame: \(error)")
        }
    }

    private static func decode(
        _ bytes: [UInt8], _ cluster: ClusterID
    ) throws(FrameError) -> PeerFrame {
        try bytes.withUnsafeBufferPointer { buffer throws(FrameError) in
            try PeerFrame.decode(UnsafeRawBufferPointer(buffer), cluster: cluster)
        }
    }

    func lostConnection(to peer: ReplicaID) {
        inThisLife(after: 1) { [unowned self] in
            replica?.disconnected(peer)
            requestTurn()
        }
    }

    // MARK: Details

    private var configuration: ReplicaConfiguration {
        var configuration = ReplicaConfiguration(
            replica: replicaID, name: name, listed: cluster.listed, memberListHash: 5,
            mayForm: true, clientURLs: ["http://\(name):2379"],
            electionTimeoutMilliseconds: cluster.options.electionTimeoutMilliseconds,
            heartbeatMilliseconds: cluster.options.electionTimeoutMilliseconds / 5,
            requestTimeoutMilliseconds: cluster.options.requestTimeoutMilliseconds,
            productVersion: "test", seed: cluster.random.next())
        configuration.injectedBug = cluster.options.injectedBug
        return configuration
    }

    private static func newIdentity(of replica: ReplicaID, _ cluster: Cluster) -> Identity {
        Identity(
            replica: replica, memberName: "n\(replica.rawValue)", clusterTokenHash: 5,
            incarnation: Incarnation(cluster.random.next()), salt: cluster.random.next())
    }
}
