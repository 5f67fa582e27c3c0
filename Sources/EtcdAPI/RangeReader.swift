internal import EtcdMessages
internal import MVCC
internal import Replication
internal import StateMachine

/// Reads ranges from this node's state: one key at once, many keys in pieces with other work between
/// them, so that a large range does not hold up the loop.
final class RangeReader {
    private let replica: Replica
    /// Runs a closure on the loop after what waits there already.
    private let later: (@escaping () -> Void) -> Void

    init(replica: Replica, later: @escaping (@escaping () -> Void) -> Void) {
        self.replica = replica
        self.later = later
    }

    /// Answers from the state as it is now.
    func answer(_ range: RangeRequest, _ caller: Caller) {
        if case .grpc(let call, let method) = caller, range.isPoint {
            return method.reply(pointAnswer(range.key), to: call)
        }
        do throws(KVError) {
            if range.rangeEnd.isEmpty {
                finish(try replica.machine.range(range), caller)
            } else {
                proceed(OpenRange(try RangeCursor(range, in: replica.machine.keyspace)), caller)
            }
        } catch {
            caller.fail(CallFailure(error))
        }
    }

    private func pointAnswer(_ key: [UInt8]) -> PointAnswer {
        let keyspace = replica.machine.keyspace
        return PointAnswer(
            header: .current(of: replica), key: key,
            state: keyspace.state(of: key, at: keyspace.revision))
    }

    /// Reads one piece; the next one comes later.
    private func proceed(_ range: OpenRange, _ caller: Caller) {
        do throws(KVError) {
            try range.cursor.step(replica.machine.keyspace)
        } catch {
            return caller.fail(CallFailure(error))
        }
        if range.cursor.isComplete { return finish(range.cursor.response(), caller) }
        later { [self] in
            // Nobody reads on for a client that has gone.
            if caller.isWaiting { proceed(range, caller) }
        }
    }

    private func finish(_ answer: RangeResponse, _ caller: Caller) {
        var response = answer
        response.header.sign(by: replica)
        caller.send(response)
    }
}

/// The cursor of a range that is being read in pieces: a class, so that no step copies the pairs found
/// so far.
private final class OpenRange {
    var cursor: RangeCursor

    init(_ cursor: RangeCursor) { self.cursor = cursor }
}
