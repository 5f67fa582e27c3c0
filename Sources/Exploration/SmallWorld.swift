internal import Paxos

/// A state of a small world: states of replicas, messages, decisions and values by their numbers, in one
/// array of words that is copied at each step.
struct SmallWorld: Equatable {
    /// The layout: nodes, three counts, one word per slot, messages in rising order.
    private(set) var words: [UInt32]
    private let nodeCount: UInt8
    private let slotCount: UInt8

    init(nodes: [UInt32], slots: Int, crashesLeft: Int) {
        nodeCount = UInt8(nodes.count)
        slotCount = UInt8(slots)
        words = nodes + [UInt32(crashesLeft), 0, 0] + [UInt32](repeating: 0, count: slots)
    }

    func node(_ index: Int) -> UInt32 { words[index] }
    mutating func setNode(_ index: Int, _ number: UInt32) { words[index] = number }

    var crashesLeft: UInt32 {
        get { words[Int(nodeCount)] }
        set { words[Int(nodeCount)] = newValue }
    }

    var proposals: UInt32 {
        get { words[Int(nodeCount) + 1] }
        set { words[Int(nodeCount) + 1] = newValue }
    }

    var ballots: UInt32 {
        get { words[Int(nodeCount) + 2] }
        set { words[Int(nodeCount) + 2] = newValue }
    }

    /// What was announced for a slot, from 1; 0 if nothing was.
    func announced(_ slot: Int) -> UInt32 {
        slot <= Int(slotCount) ? words[Int(nodeCount) + 2 + slot] : 0
    }

    /// False if another value was announced for that slot.
    mutating func announce(_ slot: Int, _ value: UInt32) -> Bool {
        precondition(slot <= Int(slotCount), "a decision beyond the slots of this world")
        let known = words[Int(nodeCount) + 2 + slot]
        words[Int(nodeCount) + 2 + slot] = value
        return known == 0 || known == value
    }

    private var firstMessage: Int { Int(nodeCount) + 3 + Int(slotCount) }

    /// The numbers of the messages on their way.
    var messages: ArraySlice<UInt32> { words[firstMessage...] }

    mutating func add(_ message: UInt32) {
        var index = words.count
        while index > firstMessage, words[index - 1] >= message {
            if words[index - 1] == message { return }
            index -= 1
        }
        words.insert(message, at: index)
    }

    mutating func remove(_ message: UInt32) {
        if let index = messages.firstIndex(of: message) { words.remove(at: index) }
    }

    /// Stands for the whole world.
    var fingerprint: UInt64 {
        var fingerprint = StateFingerprint()
        var index = 0
        while index + 1 < words.count {
            fingerprint.add(UInt64(words[index]) << 32 | UInt64(words[index + 1]))
            index += 2
        }
        if index < words.count { fingerprint.add(UInt64(words[index]) << 32 | 0xffff_ffff) }
        return fingerprint.value
    }
}
