import StateMachine

/// Decided commands through the state machine, on keys that are there already.
enum ApplyBenchmarks {
    static func all() -> [Benchmark] {
        [
            benchmark("apply: overwrite, 64 in a slot", commands: Samples.commandsPerBatch),
            benchmark("apply: overwrite, 1 in a slot", commands: 1),
        ]
    }

    private static func benchmark(_ name: String, commands: Int) -> Benchmark {
        let table = LoadedTable(commandsPerSlot: commands)
        return Benchmark(name, operationsPerCall: commands) { table.applyNext() }
    }
}

/// A state machine with 100,000 keys, and slots prepared to overwrite some of them.
private final class LoadedTable {
    private let state = ReplicatedState()
    private var slot: UInt64 = 0
    private var slots: [[UInt8]] = []
    private var next = 0
    private var boot = Samples.origin.boot

    init(commandsPerSlot count: Int) {
        for number in 0..<Samples.keyCount {
            apply(
                Samples.bundle([Samples.put(number)], first: UInt64(number + 1)), localOrigin: nil)
        }
        slots = (0..<Self.slotCount).map { index in
            let requests = (0..<count).map {
                Samples.put((index * count + $0) * 97 % Samples.keyCount)
            }
            return Samples.bundle(requests, first: UInt64(index * count + 1))
        }
        startAgain()
    }

    func applyNext() {
        if next == slots.count { startAgain() }
        apply(
            slots[next],
            localOrigin: Origin(
                replica: Samples.origin.replica, incarnation: Samples.origin.incarnation, boot: boot
            ))
        next += 1
    }

    /// A later boot of the origin counts its sequences anew, so that the slots are executed again.
    private func startAgain() {
        boot += 1
        next = 0
        for index in slots.indices {
            withUnsafeBytes(of: boot.littleEndian) {
                slots[index].replaceSubrange(Self.bootOffset..<Self.bootOffset + 8, with: $0)
            }
        }
    }

    private func apply(_ payload: [UInt8], localOrigin: Origin?) {
        slot += 1
        _ = state.apply(
            slot: slot, batchPayload: payload, logTimeMilliseconds: slot, localOrigin: localOrigin
        ) { _, _, outcome in keep(outcome) }
    }

    private static let slotCount = 512
    /// Behind the bundle's length, version, and the origin's replica and incarnation.
    private static let bootOffset = 21
}
