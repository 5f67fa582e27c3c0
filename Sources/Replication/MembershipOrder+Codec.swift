package import Basics
internal import Paxos
internal import PaxosCodec

extension MembershipOrder: ByteCodable {
    private enum Kind: UInt8 { case add = 1, addLearner, promote, remove, update, replace }

    package func encode(into writer: inout ByteWriter) {
        switch self {
        case .add(let member, let urls, let isLearner):
            Self.write(isLearner ? .addLearner : .add, member, into: &writer)
            Self.write(urls, into: &writer)
        case .promote(let member): Self.write(.promote, member, into: &writer)
        case .remove(let member): Self.write(.remove, member, into: &writer)
        case .update(let member, let urls):
            Self.write(.update, member, into: &writer)
            Self.write(urls, into: &writer)
        case .replace(let old, let new, let urls):
            Self.write(.replace, old, into: &writer)
            writer.write(new)
            Self.write(urls, into: &writer)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        guard let kind = Kind(rawValue: try reader.read(UInt8.self)) else {
            throw .invalid("kind of order")
        }
        let member = try reader.read(UInt64.self)
        switch kind {
        case .add, .addLearner:
            let urls = try Self.readURLs(&reader)
            self = .add(member, peerURLs: urls, isLearner: kind == .addLearner)
        case .promote: self = .promote(member)
        case .remove: self = .remove(member)
        case .update: self = .update(member, peerURLs: try Self.readURLs(&reader))
        case .replace:
            let new = try reader.read(UInt64.self)
            self = .replace(member, by: new, peerURLs: try Self.readURLs(&reader))
        }
    }

    private static func write(_ kind: Kind, _ member: UInt64, into writer: inout ByteWriter) {
        writer.write(kind.rawValue)
        writer.write(member)
    }

    private static func write(_ urls: [String], into writer: inout ByteWriter) {
        writer.writeVarint(UInt64(urls.count))
        for url in urls { writer.writeString(url) }
    }

    private static func readURLs(_ reader: inout ByteReader) throws(ByteReaderError) -> [String] {
        let count = try reader.readVarint()
        guard count <= UInt64(Limits.urlsMax) else { throw .invalid("URLs") }
        var urls: [String] = []
        for _ in 0..<count { urls.append(try reader.readString()) }
        return urls
    }
}

extension OrderAnswer: ByteCodable {
    private enum Kind: UInt8 { case done = 1, refused, later }

    package func encode(into writer: inout ByteWriter) {
        switch self {
        case .done(let governing):
            writer.write(Kind.done.rawValue)
            governing.slot.encode(into: &writer)
            governing.membership.encode(into: &writer)
        case .refused(let refusal):
            writer.write(Kind.refused.rawValue)
            writer.write(refusal.rawValue)
        case .later:
            writer.write(Kind.later.rawValue)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        switch Kind(rawValue: try reader.read(UInt8.self)) {
        case .done:
            let slot = try Slot(from: &reader)
            self = .done(GoverningMembership(slot: slot, membership: try Membership(from: &reader)))
        case .refused:
            guard let refusal = OrderRefusal(rawValue: try reader.read(UInt8.self)) else {
                throw .invalid("refusal")
            }
            self = .refused(refusal)
        case .later: self = .later
        case nil: throw .invalid("kind of answer")
        }
    }
}
