import Basics
import Rows

/// A `MemoryBase` with a seed for its crashes.
final class MemoryHarness: BaseHarness {
    let store: MemoryBaseStore
    private(set) var memory: MemoryBase
    private(set) var failures = Failures()
    private let injectedBug: BaseBug?
    private var random: SeededRandom
    private var ticket: UInt64 = 0
    var losesPower = false

    final class Failures { var all: [BaseError] = [] }

    var base: any Base { memory }

    init(
        seed: UInt64 = 1, injectedBug: BaseBug? = nil, store: MemoryBaseStore = MemoryBaseStore()
    ) throws {
        self.store = store
        self.injectedBug = injectedBug
        random = SeededRandom(seed: seed)
        memory = try Self.open(store, injectedBug, failures)
    }

    private static func open(
        _ store: MemoryBaseStore, _ injectedBug: BaseBug?, _ failures: Failures
    ) throws(BaseError) -> MemoryBase {
        try MemoryBase(
            store, injectedBug: injectedBug,
            owner: MemoryBase.Owner(
                submitted: { _, _ in }, failed: { failures.all.append($0) }))
    }

    func submit(_ operation: BaseOperation) {
        ticket += 1
        memory.submit(operation, ticket: ticket)
    }

    func perform(_ operation: BaseOperation) -> BaseOutcome {
        submit(operation)
        for lane in BaseLane.allCases { while memory.completeNext(lane) {} }
        let last = memory.takeCompletions().last { $0.ticket == ticket }
        guard let last else { preconditionFailure("no completion") }
        return last.outcome
    }

    func restart() throws {
        memory.crash(losingPower: losesPower) { Int(random.next() % UInt64($0)) }
        memory = try Self.open(store, injectedBug, failures)
    }
}
