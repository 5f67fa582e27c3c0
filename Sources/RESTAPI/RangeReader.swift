internal import EtcdMessages
internal import MVCC
internal import Replication
internal import StateMachine

/// Reads ranges from this node's state, in pieces with other work between them, so that a long list
/// does not hold up the loop.
final class RangeReader {
    typealias Completion = (Result<RangeResponse, RESTFailure>) -> Void

    private let replica: Replica
    /// Runs a closure on the loop after what waits there already.
    private let later: (@escaping () -> Void) -> Void

    init(replica: Replica, later: @escaping (@escaping () -> Void) -> Void) {
        self.replica = replica
        self.later = later
    }

    /// Reads the state as it is now; `completion` is called once, at once or later.
    func read(_ range: RangeRequest, completion: @escaping Completion) {
        do throws(KVError) {
            if range.rangeEnd.isEmpty {
                completion(.success(try replica.machine.range(range)))
            } else {
                proceed(OpenRange(try RangeCursor(range, in: replica.machine.keyspace)), completion)
            }
        } catch {
            completion(.failure(RESTFailure(error)))
        }
    }

    private func proceed(_ range: OpenRange, _ completion: @escaping Completion) {
        do throws(KVError) {
            try range.cursor.step(replica.machine.keyspace)
        } catch {
            return completion(.failure(RESTFailure(error)))
        }
        if range.cursor.isComplete { return completion(.success(range.cursor.response())) }
        later { [self] in proceed(range, completion) }
    }
}

/// The cursor of a range that is being read in pieces: a class, so that no step copies the pairs found
/// so far.
private final class OpenRange {
    var cursor: RangeCursor

    init(_ cursor: RangeCursor) { self.cursor = cursor }
}
