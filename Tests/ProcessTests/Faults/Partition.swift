/// A set of ways between nodes, each in one direction, that are cut. The nodes are numbered as a cluster's.
struct Partition: CustomStringConvertible, Sendable {
    struct Way: Hashable, Sendable {
        let sender: Int
        let receiver: Int
    }

    let name: String
    let nodeCount: Int
    /// Ordered, so that runs are alike.
    let ways: [Way]

    init(_ name: String, nodeCount: Int, ways: [Way]) {
        self.name = name
        self.nodeCount = nodeCount
        self.ways = ways
    }

    var description: String { name }

    /// Whether some node still exchanges messages, both ways, with a majority, itself included. What TCP
    /// carries one way needs the other one for its acknowledgements, so that half a way is none.
    var hasQuorumConnectedNode: Bool {
        let cut = Set(ways)
        return (0..<nodeCount).contains { node in
            let reached = (0..<nodeCount).count { other in
                !cut.contains(Way(sender: node, receiver: other))
                    && !cut.contains(Way(sender: other, receiver: node))
            }
            return reached > nodeCount / 2
        }
    }

    // MARK: One way

    /// Every set of one-way cuts between three nodes that is not empty: 63. `places` gives the leader's place
    /// and then the others'.
    static func allOfThree(_ places: [Int]) -> [Partition] { (1..<64).map { ofThree($0, places) } }

    /// The ways that are in a set by its bits: from the leader, to it, and between the others.
    static func ofThree(_ bits: Int, _ places: [Int]) -> Partition {
        let names = ["L>A", "L>B", "A>L", "B>L", "A>B", "B>A"]
        let ends = [(0, 1), (0, 2), (1, 0), (2, 0), (1, 2), (2, 1)]
        let chosen = names.indices.filter { bits & (1 << $0) != 0 }
        return Partition(
            "one-way " + chosen.map { names[$0] }.joined(separator: " "), nodeCount: 3,
            ways: chosen.map { Way(sender: places[ends[$0].0], receiver: places[ends[$0].1]) })
    }

    // MARK: Partial

    /// Three of the shapes in which a node reaches a majority and others do not, with five nodes, as the authors of
    /// Omni-Paxos draw them.
    static func shapes(_ places: [Int]) -> [Partition] {
        [
            // The leader keeps one link only: to the node that reaches all.
            Partition(
                "quorum-loss", nodeCount: 5,
                ways: cutLinks(places) { first, second in first == 1 || second == 1 }),
            // The leader is cut off, and the only one that reaches a majority is one more.
            Partition(
                "constrained", nodeCount: 5,
                ways: cutLinks(places) { first, second in
                    first != 0 && (first == 1 || second == 1)
                }),
            // Each reaches its neighbours in a row; the leader is at its end.
            Partition(
                "chained", nodeCount: 5,
                ways: cutLinks(places) { first, second in second == first + 1 }),
        ]
    }

    /// All links but those that are open, both ways. The places are counted from the leader's, 0.
    private static func cutLinks(
        _ places: [Int], isOpen: (_ first: Int, _ second: Int) -> Bool
    ) -> [Way] {
        var ways: [Way] = []
        for first in places.indices {
            for second in places.indices where second > first && !isOpen(first, second) {
                ways.append(Way(sender: places[first], receiver: places[second]))
                ways.append(Way(sender: places[second], receiver: places[first]))
            }
        }
        return ways
    }
}
