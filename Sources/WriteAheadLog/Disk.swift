package import Paxos

/// A failed call to the operating system, in words.
package struct DiskError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    /// The device has failed: nothing that it holds is known any more before it was read again.
    package let isOfDevice: Bool
    package init(_ description: String, isOfDevice: Bool = false) {
        self.description = description
        self.isOfDevice = isOfDevice
    }
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
    /// Makes a segment, durable with its name, of a retired one's file or of zeros; replaces an unused one. The
    /// reserve is made whole first. Where there is no room for either, a segment is taken out of the reserve, if it
    /// may be.
    case prepare(segment: UInt64, byteCount: Int, mayUseReserve: Bool)
    /// Makes a segment that is larger than others, for a value that none of those has room for: of zeros, durable with its
    /// name. It replaces an unused one. The reserve has nothing of its size, and stays as it is.
    case prepareLarger(segment: UInt64, byteCount: Int)
    /// Makes the reserve whole: room for segments of this size that nothing else can take.
    case reserve(byteCount: Int)
    /// Takes a segment out of the log, durably. Its file may be kept, to become a segment again.
    case remove(segment: UInt64)
    /// Reads decided values.
    case scan(DecidedScan)
}

package enum DiskOutcome: Sendable {
    /// `nanoseconds`: how long write and flush took.
    case written(nanoseconds: UInt64)
    case prepared(FormerContents)
    /// The segment was taken out of the reserve, because there was no room; it holds zeros.
    case preparedFromReserve(DiskError)
    /// No segment was made, most likely for want of space; nothing is lost.
    case notPrepared(DiskError)
    case reserved
    /// The reserve is not whole.
    case notReserved(DiskError)
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

    /// `FormerContents`, encoded, of a segment whose file was a segment before; nil of one that was filled with
    /// zeros. Only at start.
    func former(of segment: UInt64) throws(DiskError) -> [UInt8]?

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
