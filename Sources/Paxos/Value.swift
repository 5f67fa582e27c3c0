internal import Basics

/// What the group decides for a slot.
public enum Value: Equatable, Sendable {
    /// Fills a hole that a new leader found.
    case noOperation
    /// The first slot of a new ballot after the recovered ones: from here on that ballot leads.
    case lead(Lead)
    /// Commands of clients.
    case batch(Batch)
    /// The configuration that governs all later slots; alone in its slot.
    case membership(Membership)
    /// A value that travels apart from its slot. Part of the format; this version refuses to accept one.
    case reference(Reference)

    /// The beginning of a leadership.
    public struct Lead: Equatable, Sendable {
        public let ballot: Ballot
        /// The leader's log time at that moment, in milliseconds.
        public let logTimeMilliseconds: UInt64
        public init(ballot: Ballot, logTimeMilliseconds: UInt64) {
            self.ballot = ballot
            self.logTimeMilliseconds = logTimeMilliseconds
        }
    }

    /// Commands, joined from the bundles of one or more origins. The core does not look inside.
    public struct Batch: Equatable, Sendable {
        /// The leader's log time when the slot was opened, in milliseconds.
        public let logTimeMilliseconds: UInt64
        /// Bundles one after another, each with its own length.
        public let payload: [UInt8]
        public init(logTimeMilliseconds: UInt64, payload: [UInt8]) {
            self.logTimeMilliseconds = logTimeMilliseconds
            self.payload = payload
        }

        public static func == (left: Batch, right: Batch) -> Bool {
            left.logTimeMilliseconds == right.logTimeMilliseconds
                && left.payload.hasSameBytes(as: right.payload)
        }
    }

    /// The name of a value kept elsewhere.
    public struct Reference: Equatable, Sendable {
        /// SHA-256 of the value.
        public let digest: [UInt8]
        public let byteCount: UInt64
        public init(digest: [UInt8], byteCount: UInt64) {
            self.digest = digest
            self.byteCount = byteCount
        }
    }

    /// An estimate of the value's size in messages and in the log, for windows and budgets.
    public var byteCount: Int {
        switch self {
        case .batch(let batch): batch.payload.count + 32
        case .membership(let membership): membership.seats.count * 64 + 32
        case .noOperation, .lead, .reference: 64
        }
    }

    /// The log time that the value carries, if it does, in milliseconds.
    public var logTimeMilliseconds: UInt64? {
        switch self {
        case .lead(let lead): lead.logTimeMilliseconds
        case .batch(let batch): batch.logTimeMilliseconds
        case .noOperation, .membership, .reference: nil
        }
    }
}

extension Value: CustomStringConvertible {
    /// In a few words, for reports: of commands their time, number of bytes and checksum.
    public var description: String {
        switch self {
        case .noOperation: "no-op"
        case .lead(let lead): "lead \(lead.ballot)"
        case .batch(let batch):
            "batch of \(batch.payload.count) bytes with checksum "
                + String(CRC32C.checksum(batch.payload), radix: 16)
        case .membership(let membership): "membership of \(membership.seats.count)"
        case .reference(let reference): "reference to \(reference.byteCount) bytes"
        }
    }
}
