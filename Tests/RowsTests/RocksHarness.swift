import Basics
import RocksStorage
import Rows

/// A `RocksBase` in a directory of its own.
final class RocksHarness: BaseHarness {
    private let place: TemporaryPlace
    let events = Monitor(Events())
    private(set) var rocks: RocksBase?
    private var ticket: UInt64 = 0

    struct Events {
        var hasCompletions = false
        var failures: [BaseError] = []
    }

    var path: String { place.path + "/base" }

    var base: any Base {
        guard let rocks else { preconditionFailure("a base that is open") }
        return rocks
    }

    init(in place: TemporaryPlace? = nil) throws {
        self.place = try place ?? TemporaryPlace()
        try open()
    }

    deinit { rocks?.close() }

    func open() throws {
        let events = events
        rocks = try RocksBase(
            directory: path, cacheBytes: 1 << 20,
            wake: { events.update { $0.hasCompletions = true } },
            onFailure: { error in events.update { $0.failures.append(error) } })
    }

    func close() {
        rocks?.close()
        rocks = nil
    }

    func restart() throws {
        close()
        try open()
    }

    func submit(_ operation: BaseOperation) {
        ticket += 1
        base.submit(operation, ticket: ticket)
    }

    func perform(_ operation: BaseOperation) -> BaseOutcome {
        submit(operation)
        while true {
            events.wait { events in
                defer { events.hasCompletions = false }
                precondition(events.failures.isEmpty, "\(events.failures)")
                return events.hasCompletions ? () : nil
            }
            if let last = base.takeCompletions().last(where: { $0.ticket == ticket }) {
                return last.outcome
            }
        }
    }

    /// Waits until the base reports that it has failed.
    func failure() -> BaseError { events.wait { $0.failures.first } }

    /// Reads all the base has in one pass. Gives back how the base failed; nil if it did not.
    func failureInPass() -> BaseError? {
        submit(.scrub(bytesMax: .max, condemns: true))
        return events.wait { events in
            if let failure = events.failures.first { return .some(failure) }
            return events.hasCompletions ? .some(nil) : nil
        }
    }
}
