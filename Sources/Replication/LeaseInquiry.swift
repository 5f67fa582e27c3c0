internal import Basics

/// What a node asks the leader about leases for its clients.
package struct LeaseInquiry: Equatable, Sendable {
    /// What is to be done with a lease.
    package enum Purpose: UInt8, Sendable {
        /// It gets its full time again.
        case renewal = 1
        /// How long it lasts is asked, and nothing changed.
        case remaining = 2
    }

    /// One lease of an inquiry.
    package struct Item: Equatable, Sendable {
        package let id: Int64
        package let purpose: Purpose

        package init(id: Int64, purpose: Purpose) {
            self.id = id
            self.purpose = purpose
        }
    }

    package var items: [Item]

    package init(items: [Item]) { self.items = items }

    func encode(into writer: inout ByteWriter) {
        writer.writeVarint(UInt64(items.count))
        for item in items {
            writer.write(item.purpose.rawValue)
            writer.write(item.id)
        }
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        let count = try reader.readVarint()
        guard count <= Limits.leasesPerInquiry else { throw .invalid("an inquiry about leases") }
        items = []
        items.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let purpose = Purpose(rawValue: try reader.read()) else {
                throw .invalid("an inquiry about leases")
            }
            items.append(Item(id: try reader.read(), purpose: purpose))
        }
    }
}

/// What the leader says of one lease.
package enum LeaseAnswer: Equatable, Sendable {
    /// It lasts for so many seconds; after a renewal that is all of its time.
    case lasts(Int64)
    /// There is none of this id.
    case unknown
    /// It is to be asked again: this node does not lead, or the lease is about to be revoked.
    case later

    func encode(into writer: inout ByteWriter) {
        switch self {
        case .unknown: writer.writeVarint(0)
        case .later: writer.writeVarint(1)
        case .lasts(let seconds): writer.writeVarint(UInt64(seconds) + 2)
        }
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        switch try reader.readVarint() {
        case 0: self = .unknown
        case 1: self = .later
        case let other:
            guard other < UInt64(Int64.max) else { throw .invalid("the time of a lease") }
            self = .lasts(Int64(other - 2))
        }
    }

    static func encode(_ answers: [LeaseAnswer], into writer: inout ByteWriter) {
        writer.writeVarint(UInt64(answers.count))
        for answer in answers { answer.encode(into: &writer) }
    }

    static func read(_ reader: inout ByteReader) throws(ByteReaderError) -> [LeaseAnswer] {
        let count = try reader.readVarint()
        guard count <= Limits.leasesPerInquiry else { throw .invalid("answers about leases") }
        var answers: [LeaseAnswer] = []
        answers.reserveCapacity(Int(count))
        for _ in 0..<count { answers.append(try LeaseAnswer(from: &reader)) }
        return answers
    }
}
