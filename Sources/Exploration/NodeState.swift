internal import Paxos

/// One replica of a small world: its core, the boxes on their way to its disk, and what the disk holds.
struct NodeState {
    let index: Int
    var core: PaxosCore
    /// The core's clock. Only ages count, so it is no part of what the state stands for.
    var nowMilliseconds: UInt64 = 1
    /// Handed out by the core and not durable yet, oldest first.
    var boxes: [Effects.Box] = []
    /// The values of all slots from 1 on that were handed out, in this life or when the log was read.
    var handedOut: [Value] = []
    /// What the disk holds; nil once nobody dies any more, since nobody looks at it then.
    var disk: Disk?

    struct Disk {
        /// The fold of all that is durable.
        var records: DurableStateBuilder
        /// What reading the log would hand out.
        var decided: [Value] = []
    }

    /// Stands for the whole state.
    var fingerprint: UInt64 {
        var fingerprint = StateFingerprint()
        fingerprint.add(UInt64(index))
        fingerprint.add(core.fingerprint(waiting: boxes.map(\.number)))
        for value in handedOut { fingerprint.add(value) }
        fingerprint.add(UInt64(boxes.count))
        for box in boxes {
            if disk != nil { fingerprint.add(box.records) }
            fingerprint.add(UInt64(box.messages.count))
            for outbound in box.messages {
                fingerprint.add(outbound.receiver.rawValue)
                fingerprint.add(outbound.message)
            }
        }
        fingerprint.add(disk != nil)
        if let disk {
            fingerprint.add(disk.records.state())
            for value in disk.decided { fingerprint.add(value) }
        }
        return fingerprint.value
    }
}

extension StateFingerprint {
    /// Adds what waits for the disk.
    fileprivate mutating func add(_ records: [DurableRecord]) {
        add(UInt64(records.count))
        for record in records { add(record) }
    }

    private mutating func add(_ record: DurableRecord) {
        switch record {
        case .promised(let ballot):
            add(UInt64(1))
            add(ballot)
        case .accepted(let accepted):
            add(UInt64(2))
            add(accepted)
        case .decided(let ballot, let upTo):
            add(UInt64(3))
            add(ballot)
            add(upTo)
        case .learned(let slot, let value):
            add(UInt64(4))
            add(slot)
            add(value)
        // Nothing in a small world truncates, changes the membership or says hello.
        case .truncated, .configuration, .heard:
            add(UInt64(5))
        }
    }
}
