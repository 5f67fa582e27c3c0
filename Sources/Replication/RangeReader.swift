package import EtcdMessages
internal import MVCC
package import StateMachine

/// Reads ranges from this node's state: one key at once, many keys in pieces with other work between
/// them, so that a large range does not hold up the loop.
package final class RangeReader {
    package typealias Completion = (Result<RangeResponse, KVError>) -> Void

    private let machine: ReplicatedState
    /// Runs a closure on the loop after what waits there already.
    private let later: (@escaping () -> Void) -> Void

    package init(replica: Replica, later: @escaping (@escaping () -> Void) -> Void) {
        machine = replica.machine
        self.later = later
    }

    /// Reads the state as it is now. `completion` is called once, at once or later; never, once nobody
    /// wants the answer any more, as `isWanted` says between the pieces.
    package func read(
        _ range: RangeRequest, isWanted: @escaping () -> Bool = { true },
        completion: @escaping Completion
    ) {
        do throws(KVError) {
            try machine.checkReadable()
            if range.rangeEnd.isEmpty { return completion(.success(try machine.range(range))) }
            let cursor = try RangeCursor(range, in: machine.keyspace)
            proceed(OpenRange(cursor, isWanted: isWanted, completion: completion))
        } catch {
            completion(.failure(error))
        }
    }

    /// Reads one piece; the next one comes later.
    private func proceed(_ range: OpenRange) {
        do throws(KVError) {
            try range.cursor.step(machine.keyspace)
        } catch {
            return range.completion(.failure(error))
        }
        if range.cursor.isComplete { return range.completion(.success(range.cursor.response())) }
        later { [self] in
            if range.isWanted() { proceed(range) }
        }
    }

    /// A range that is being read in pieces: a class, so that no step copies the pairs found so far.
    private final class OpenRange {
        var cursor: RangeCursor
        let isWanted: () -> Bool
        let completion: Completion

        init(
            _ cursor: RangeCursor, isWanted: @escaping () -> Bool,
            completion: @escaping Completion
        ) {
            self.cursor = cursor
            self.isWanted = isWanted
            self.completion = completion
        }
    }
}
