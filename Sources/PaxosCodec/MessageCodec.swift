package import Basics
package import Paxos

/// The byte form of messages between replicas: one byte for the kind, then the fields.
package enum MessageCodec {
    /// Appends the byte form of `message`.
    package static func encode(_ message: Message, into writer: inout ByteWriter) {
        switch message {
        case .probe(let body): encode(body, as: 1, into: &writer)
        case .probeAnswer(let body): encode(body, as: 2, into: &writer)
        case .prepare(let body): encode(body, as: 3, into: &writer)
        case .promise(let body): encode(body, as: 4, into: &writer)
        case .takeOver(let body): encode(body, as: 5, into: &writer)
        case .accept(let body): encode(body, as: 6, into: &writer)
        case .accepted(let body): encode(body, as: 7, into: &writer)
        case .reject(let body): encode(body, as: 8, into: &writer)
        case .decide(let body): encode(body, as: 9, into: &writer)
        case .heartbeat(let body): encode(body, as: 10, into: &writer)
        case .heartbeatAnswer(let body): encode(body, as: 11, into: &writer)
        case .readRound(let body): encode(body, as: 12, into: &writer)
        case .readRoundAnswer(let body): encode(body, as: 13, into: &writer)
        case .readRequest(let body): encode(body, as: 14, into: &writer)
        case .readAnswer(let body): encode(body, as: 15, into: &writer)
        case .catchUpRequest(let body): encode(body, as: 16, into: &writer)
        case .catchUpValues(let body): encode(body, as: 17, into: &writer)
        case .forward(let body): encode(body, as: 18, into: &writer)
        case .removed(let body): encode(body, as: 19, into: &writer)
        case .retire(let body): encode(body, as: 20, into: &writer)
        case .host(let body): encode(body, as: 32, into: &writer)
        }
    }

    /// Reads one message that fills `bytes` to its end. The bytes may be anything: what no encoder
    /// writes is refused.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer
    ) throws(ByteReaderError) -> Message {
        var reader = ByteReader(bytes)
        let message = try decode(from: &reader)
        try reader.expectEnd()
        return message
    }

    /// Reads one message of several.
    static func decode(from reader: inout ByteReader) throws(ByteReaderError) -> Message {
        switch try reader.readByte() {
        case 1: .probe(try .init(from: &reader))
        case 2: .probeAnswer(try .init(from: &reader))
        case 3: .prepare(try .init(from: &reader))
        case 4: .promise(try .init(from: &reader))
        case 5: .takeOver(try .init(from: &reader))
        case 6: .accept(try .init(from: &reader))
        case 7: .accepted(try .init(from: &reader))
        case 8: .reject(try .init(from: &reader))
        case 9: .decide(try .init(from: &reader))
        case 10: .heartbeat(try .init(from: &reader))
        case 11: .heartbeatAnswer(try .init(from: &reader))
        case 12: .readRound(try .init(from: &reader))
        case 13: .readRoundAnswer(try .init(from: &reader))
        case 14: .readRequest(try .init(from: &reader))
        case 15: .readAnswer(try .init(from: &reader))
        case 16: .catchUpRequest(try .init(from: &reader))
        case 17: .catchUpValues(try .init(from: &reader))
        case 18: .forward(try .init(from: &reader))
        case 19: .removed(try .init(from: &reader))
        case 20: .retire(try .init(from: &reader))
        case 32: .host(try .init(from: &reader))
        default: throw .invalid("kind of message")
        }
    }

    private static func encode<Body: ByteCodable>(
        _ body: Body, as kind: UInt8, into writer: inout ByteWriter
    ) {
        writer.write(kind)
        body.encode(into: &writer)
    }
}
