internal import Basics
package import Paxos
internal import PaxosCodec

/// What nodes say to each other beside the protocol: orders and inquiries on their way to the leader, and what became
/// of them.
package enum PeerNote: Equatable, Sendable {
    /// The number is the sender's, and comes back with the answer. `knownSlot` decided the membership that the sender
    /// knows: whom the order brings has not come by then.
    case order(number: UInt64, MembershipOrder, isRetry: Bool, knownSlot: Slot)
    case answer(number: UInt64, OrderAnswer)
    case leaseInquiry(number: UInt64, LeaseInquiry)
    /// One for each lease that was asked about.
    case leaseAnswers(number: UInt64, [LeaseAnswer])

    private static let formatVersion: UInt8 = 1

    private enum Kind: UInt8 { case order = 1, answer = 2, leaseInquiry = 3, leaseAnswers = 4 }

    /// The note as bytes.
    package func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: 256)
        writer.write(Self.formatVersion)
        switch self {
        case .order(let number, let order, let isRetry, let knownSlot):
            writer.write(Kind.order.rawValue)
            writer.writeVarint(number)
            writer.write(UInt8(isRetry ? 1 : 0))
            knownSlot.encode(into: &writer)
            order.encode(into: &writer)
        case .answer(let number, let answer):
            writer.write(Kind.answer.rawValue)
            writer.writeVarint(number)
            answer.encode(into: &writer)
        case .leaseInquiry(let number, let inquiry):
            writer.write(Kind.leaseInquiry.rawValue)
            writer.writeVarint(number)
            inquiry.encode(into: &writer)
        case .leaseAnswers(let number, let answers):
            writer.write(Kind.leaseAnswers.rawValue)
            writer.writeVarint(number)
            LeaseAnswer.encode(answers, into: &writer)
        }
        return writer.bytes
    }

    /// Reads one note that fills `bytes`; nil if it is none of this version.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        do throws(ByteReaderError) {
            var reader = ByteReader(bytes)
            guard try reader.read(UInt8.self) == Self.formatVersion,
                let kind = Kind(rawValue: try reader.read(UInt8.self))
            else { return nil }
            let number = try reader.readVarint()
            switch kind {
            case .order:
                let isRetry = try reader.read(UInt8.self) == 1
                let knownSlot = try Slot(from: &reader)
                self = .order(
                    number: number, try MembershipOrder(from: &reader), isRetry: isRetry,
                    knownSlot: knownSlot)
            case .answer:
                self = .answer(number: number, try OrderAnswer(from: &reader))
            case .leaseInquiry:
                self = .leaseInquiry(number: number, try LeaseInquiry(from: &reader))
            case .leaseAnswers:
                self = .leaseAnswers(number: number, try LeaseAnswer.read(&reader))
            }
            guard reader.isAtEnd else { return nil }
        } catch {
            return nil
        }
    }
}

/// What the leader says of an order.
package enum OrderAnswer: Equatable, Sendable {
    /// This membership governs after that slot.
    case done(GoverningMembership)
    case refused(OrderRefusal)
    /// Nothing was changed by this try, and will not be: it is to be tried again.
    case later
}
