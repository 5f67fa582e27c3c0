/// Makes trouble at random moments: kills of one, of the leader, of some, of all; cut links; processes
/// and disks that stand still.
final class Nemesis {
    private let cluster: Cluster
    private let pauseMicroseconds: ClosedRange<UInt64>
    private var isOver = false

    /// The slower the world, the rarer the trouble: between two strikes some work should be done.
    init(_ cluster: Cluster) {
        self.cluster = cluster
        let slowest =
            cluster.options.delayMicroseconds.upperBound
            + cluster.options.diskMicroseconds.upperBound
        pauseMicroseconds = 20_000...(200_000 + slowest * 10)
        continueLater()
    }

    /// No more trouble; all links and all nodes come back.
    func stop() {
        isOver = true
        cluster.unblockAll()
        for node in cluster.nodes where node.replica == nil { startLater(node) }
    }

    private func continueLater() {
        cluster.timeline.after(cluster.random(in: pauseMicroseconds)) { [unowned self] in
            if isOver { return }
            strike()
            continueLater()
        }
    }

    private func strike() {
        switch cluster.random(in: 0...9) {
        case 0...2: kill(randomNode)
        case 3...4: if let leader = cluster.leader { kill(leader) }
        case 5: cluster.nodes.shuffled(using: &cluster.random).dropFirst().forEach(kill)
        case 6...7: cluster.nodes.forEach(kill)
        case 8: isolate(randomNode)
        case 9 where cluster.happens(percent: 50): stall(randomNode)
        default: pause(randomNode)
        }
    }

    private var randomNode: ClusterNode {
        cluster.nodes[Int(cluster.random(in: 0...UInt64(cluster.nodes.count - 1)))]
    }

    private func kill(_ node: ClusterNode) {
        guard node.replica != nil else { return }
        node.crash()
        startLater(node)
    }

    private func startLater(_ node: ClusterNode) {
        cluster.timeline.after(cluster.random(in: 1000...60_000)) { [self] in
            guard node.replica == nil, node.recoveryError == nil else { return }
            node.start()
            // Some die while they are coming up.
            guard !isOver, cluster.happens(percent: 20) else { return }
            cluster.timeline.after(cluster.random(in: 10...4000)) { [self] in kill(node) }
        }
    }

    private func isolate(_ node: ClusterNode) {
        let breaks = cluster.happens(percent: 50)
        for peer in cluster.nodes where peer !== node {
            cluster.block(node, peer, breaks: breaks)
        }
        cluster.timeline.after(cluster.random(in: 50_000...400_000)) { [self] in
            cluster.unblockAll()
        }
    }

    /// A disk that hangs, and then goes on.
    private func stall(_ node: ClusterNode) {
        node.diskStalledUntilMicroseconds =
            cluster.timeline.nowMicroseconds + cluster.random(in: 20_000...600_000)
    }

    private func pause(_ node: ClusterNode) {
        node.pausedUntilMicroseconds =
            cluster.timeline.nowMicroseconds + cluster.random(in: 20_000...400_000)
    }
}
