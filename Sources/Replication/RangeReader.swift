package import EtcdMessages
internal import MVCC
internal import Rows
package import StateMachine

/// Reads ranges from this node's state: what is in memory at once, many keys in pieces with other work between
/// them, so that a large range does not hold up the loop, and what is on disk on the base's own thread.
///
/// A read that leaves the loop is one at a revision, never of "the newest" (P32): what the base answers is merged
/// with what memory knows of that revision, and asked for again if the base changed meanwhile.
package final class RangeReader {
    package typealias Completion = (Result<RangeResponse, KVError>) -> Void
    package typealias TransactionCompletion = (Result<TxnResponse, KVError>) -> Void

    private let replica: Replica
    private var machine: ReplicatedState { replica.machine }
    /// Runs a closure on the loop after what waits there already.
    private let later: (@escaping () -> Void) -> Void
    /// Reads of a key that is on disk only, which began in this turn: the base is asked for all of them at once.
    private var points: [Point] = []

    package init(replica: Replica, later: @escaping (@escaping () -> Void) -> Void) {
        self.replica = replica
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
            if try isPointInMemory(range) { return completion(.success(try machine.range(range))) }
            let cursor = try RangeCursor(
                range, in: machine.keyspace, bytesMax: Limits.rangeBytesMax)
            proceed(OpenRange(cursor, isWanted: isWanted, completion: completion))
        } catch {
            completion(.failure(error))
        }
    }

    /// Reads for a transaction that only reads, after the keys that it names were fetched. `completion` is called as
    /// for a range.
    package func read(
        _ transaction: TxnRequest, isWanted: @escaping () -> Bool = { true },
        completion: @escaping TransactionCompletion
    ) {
        let cold = machine.coldKeys(in: transaction)
        guard !cold.isEmpty else { return begin(transaction, isWanted, completion) }
        replica.fetch(cold) { [self] in begin(transaction, isWanted, completion) }
    }

    private func begin(
        _ transaction: TxnRequest, _ isWanted: @escaping () -> Bool,
        _ completion: @escaping TransactionCompletion
    ) {
        do throws(KVError) {
            let reading = try TransactionReading(
                transaction, machine, bytesMax: Limits.rangeBytesMax)
            proceed(reading, isWanted, completion)
        } catch {
            completion(.failure(error))
        }
    }

    private func proceed(
        _ reading: TransactionReading, _ isWanted: @escaping () -> Bool,
        _ completion: @escaping TransactionCompletion
    ) {
        guard isWanted() else { return }
        do throws(KVError) {
            switch try reading.step(machine) {
            case .ended: completion(.success(reading.response))
            case .outOfBudget: later { [self] in proceed(reading, isWanted, completion) }
            case .needs(let need):
                replica.fetch(need) { [self] supply in
                    reading.take(supply)
                    proceed(reading, isWanted, completion)
                }
            }
        } catch {
            completion(.failure(error))
        }
    }

    private func isPointInMemory(_ range: RangeRequest) throws(KVError) -> Bool {
        guard range.rangeEnd.isEmpty else { return false }
        try RequestCheck.range(range)
        let keyspace = machine.keyspace
        let revision = range.revision > 0 ? range.revision : keyspace.revision
        return keyspace.isKnown(range.key, at: revision)
    }

    /// Reads one piece; the next one comes later.
    private func proceed(_ range: OpenRange) {
        if let needed = range.cursor.pieceNeeded(machine.keyspace) {
            if case .single(let key) = needed.interval, needed.revision == nil {
                return wait(Point(key: key, range: range))
            }
            return fetch(needed, range)
        }
        goOn(range) { (cursor: inout RangeCursor) throws(KVError) in
            try cursor.step(machine.keyspace)
        }
    }

    /// A key's newest state costs the base much less than a piece does, and many of them less than one by one.
    private func wait(_ point: Point) {
        points.append(point)
        if points.count == 1 { later { [self] in fetchPoints() } }
    }

    private func fetchPoints() {
        let fetched = points
        points = []
        replica.fetch(fetched.map(\.key)) { [self] in
            for point in fetched where point.range.isWanted() { proceed(point.range) }
        }
    }

    private func fetch(_ needed: PieceNeeded, _ range: OpenRange) {
        let keyspace = machine.keyspace
        let generation = keyspace.baseGeneration
        replica.fetch(.piece(needed)) { [self] supply in
            guard range.isWanted(), case .piece(let piece) = supply else { return }
            guard generation == keyspace.baseGeneration else { return proceed(range) }
            goOn(range) { (cursor: inout RangeCursor) throws(KVError) in
                try cursor.step(keyspace, with: piece)
            }
        }
    }

    private func goOn(
        _ range: OpenRange, step: (inout RangeCursor) throws(KVError) -> Void
    ) {
        do throws(KVError) {
            try step(&range.cursor)
        } catch {
            return range.completion(.failure(error))
        }
        if range.cursor.isComplete { return range.completion(.success(range.cursor.response())) }
        later { [self] in
            if range.isWanted() { proceed(range) }
        }
    }

    private struct Point {
        let key: [UInt8]
        let range: OpenRange
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
