package import Paxos

/// A failed call to the operating system, in words.
package struct DiskError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// A segment that lies in the log's directory under its final name.
package struct SegmentFile: Equatable, Sendable {
    package let number: UInt64
    package let byteCount: Int
    package init(number: UInt64, byteCount: Int) {
        self.number = number
        self.byteCount = byteCount
    }
}

/// Reads segments, blocking.
package protocol SegmentReading {
    /// Fills `buffer` from `offset` on and returns how many bytes there were: fewer only at the end.
    func read(
        segment: UInt64, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(DiskError) -> Int
}

/// What the log asks of a disk.
package enum DiskOperation: Sendable {
    /// Writes and flushes: durable when complete.
    case write(segment: UInt64, offset: Int, bytes: [UInt8])
    /// Makes a segment of zeros, durable with its name; replaces an unused one.
    case prepare(segment: UInt64, byteCount: Int)
    case remove(segment: UInt64)
    /// Reads decided values.
    case scan(DecidedScan)
}

package enum DiskOutcome: Sendable {
    /// `nanoseconds`: how long write and flush took.
    case written(nanoseconds: UInt64)
    case prepared
    /// No segment was made, most likely for want of space; nothing is lost.
    case notPrepared(DiskError)
    case removed
    case scanned(Result<[Value], LogReadError>)
}

package struct DiskCompletion: Sendable {
    package let ticket: UInt64
    package let outcome: DiskOutcome
    package init(ticket: UInt64, outcome: DiskOutcome) {
        self.ticket = ticket
        self.outcome = outcome
    }
}

/// Where segments lie. A failed write, flush or removal never completes: the disk reports it to its owner,
/// who ends the process.
package protocol Disk: AnyObject, SegmentReading {
    /// All segments, by number. Only at start.
    func segments() throws(DiskError) -> [SegmentFile]

    /// Writes bytes that were read from a segment to their place again, and flushes them. Blocking, only at
    /// start.
    func rewrite(segment: UInt64, at offset: Int, _ bytes: UnsafeRawBufferPointer)
        throws(DiskError)

    /// Begins an operation. Writes complete in the order of their submission.
    func submit(_ operation: DiskOperation, ticket: UInt64)

    /// What has been completed since the last call, in order.
    func takeCompletions() -> [DiskCompletion]

    /// The log is waiting for the segment under preparation.
    func hurryPreparation()
}
