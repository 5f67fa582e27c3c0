internal import Basics

/// The commands of this node's clients that wait for their result, by sequence (P18, P19). It keeps
/// their bundles as long as one command of them is unanswered, because only the origin sends again.
struct ProposalTable {
    typealias Completion = (ProposalResult) -> Void

    /// A command's end, to be told when no state is being changed.
    struct Ended {
        let completion: Completion
        let result: ProposalResult
    }

    private struct Waiter {
        var completion: Completion?
        let deadlineMilliseconds: UInt64
    }

    /// Commands that were bundled in one turn.
    private struct PendingBundle {
        let bytes: [UInt8]
        let lastSequence: UInt64
        var wasHandedOver: Bool
        var handedOverAtMilliseconds: UInt64
    }

    private var waiters = RingBuffer<Waiter>(capacity: 1024)
    private var bundles = RingBuffer<PendingBundle>(capacity: 64)
    /// The sequence of the first waiter.
    private var base: UInt64 = 1
    /// The first sequence after the newest closed bundle.
    private var unbundledFrom: UInt64 = 1

    /// Commands without a result.
    private(set) var unansweredCount = 0
    /// Bytes of the bundles kept for sending again.
    private(set) var bundleBytes = 0

    /// The lowest sequence that may still be sent again.
    var lowWater: UInt64 { base }
    /// The sequence that the next command gets.
    var nextSequence: UInt64 { base + UInt64(waiters.count) }

    /// Notes a command; its sequence is returned.
    mutating func add(deadlineMilliseconds: UInt64, completion: @escaping Completion) -> UInt64 {
        let sequence = nextSequence
        waiters.append(Waiter(completion: completion, deadlineMilliseconds: deadlineMilliseconds))
        unansweredCount += 1
        return sequence
    }

    /// Notes that all commands since the last bundle are in `bytes`.
    mutating func close(bundle bytes: [UInt8], handedOver: Bool, nowMilliseconds: UInt64) {
        precondition(nextSequence > unbundledFrom, "a bundle has a command")
        let pending = PendingBundle(
            bytes: bytes, lastSequence: nextSequence - 1, wasHandedOver: handedOver,
            handedOverAtMilliseconds: nowMilliseconds)
        bundles.append(pending)
        bundleBytes += bytes.count
        unbundledFrom = nextSequence
    }

    /// Ends the wait of one command and gives its completion, to be called when no state is being
    /// changed; nil if it is not waiting any more.
    mutating func take(sequence: UInt64) -> Completion? {
        guard sequence >= base, sequence < nextSequence else { return nil }
        let position = Int(sequence - base)
        guard let completion = waiters[position].completion else { return nil }
        waiters[position].completion = nil
        unansweredCount -= 1
        forgetAnswered()
        return completion
    }

    /// Ends the waits whose time is over. What was never handed over is never sent, so its failure is
    /// definite; everything else may still run (P20).
    ///
    /// - Parameter cause: why nobody knows of a command, by its deadline.
    mutating func expire(
        nowMilliseconds: UInt64, cause: (UInt64) -> UnknownCause
    ) -> [Ended] {
        var ended: [Ended] = []
        while let first = waiters.first, first.deadlineMilliseconds <= nowMilliseconds,
            let bundle = bundles.first
        {
            let cause = bundle.wasHandedOver ? cause(first.deadlineMilliseconds) : nil
            endFirst(cause.map { .unknown($0) } ?? .refused(.noLeader), into: &ended)
        }
        return ended
    }

    /// Ends all waits, because the process ends.
    mutating func stop() -> [Ended] {
        var ended: [Ended] = []
        while let bundle = bundles.first {
            endFirst(bundle.wasHandedOver ? .unknown(.stopping) : .refused(.stopping), into: &ended)
        }
        while !waiters.isEmpty { endWaiter(.refused(.stopping), into: &ended) }
        return ended
    }

    /// All bundles with an unanswered command, oldest first, from now on handed over.
    mutating func bundlesToSendAgain(nowMilliseconds: UInt64) -> [[UInt8]] {
        bundlesToSendAgain(nowMilliseconds: nowMilliseconds) { _ in true }
    }

    /// The bundles that were handed over so long ago that they are taken for lost on the way.
    mutating func overdueBundles(nowMilliseconds: UInt64) -> [[UInt8]] {
        bundlesToSendAgain(nowMilliseconds: nowMilliseconds) {
            $0.wasHandedOver
                && $0.handedOverAtMilliseconds + Limits.overdueMilliseconds <= nowMilliseconds
        }
    }

    private mutating func bundlesToSendAgain(
        nowMilliseconds: UInt64, where isWanted: (PendingBundle) -> Bool
    ) -> [[UInt8]] {
        var wanted: [[UInt8]] = []
        for position in 0..<bundles.count where isWanted(bundles[position]) {
            bundles[position].wasHandedOver = true
            bundles[position].handedOverAtMilliseconds = nowMilliseconds
            wanted.append(bundles[position].bytes)
        }
        return wanted
    }

    /// Ends the first waiter; if its bundle was never handed over, all of the bundle, because the rest
    /// of it could not be sent alone.
    private mutating func endFirst(_ result: ProposalResult, into ended: inout [Ended]) {
        guard let bundle = bundles.first else { return }
        let last = bundle.wasHandedOver ? base : bundle.lastSequence
        while base <= last, !waiters.isEmpty { endWaiter(result, into: &ended) }
    }

    private mutating func endWaiter(_ result: ProposalResult, into ended: inout [Ended]) {
        guard let completion = take(sequence: base) else { return }
        ended.append(Ended(completion: completion, result: result))
    }

    private mutating func forgetAnswered() {
        while let first = waiters.first, first.completion == nil {
            waiters.popFirst()
            base += 1
        }
        while let bundle = bundles.first, bundle.lastSequence < base {
            bundleBytes -= bundle.bytes.count
            bundles.popFirst()
        }
    }
}
