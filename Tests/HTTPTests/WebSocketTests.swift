import Basics
import Testing

@testable import HTTP

/// The frames of WebSockets: RFC 6455, and what is not in it.
@Suite("WebSockets")
struct WebSocketTests {
    private static let max = 70_000

    /// A frame as a client sends it.
    static func frame(
        _ first: UInt8, _ payload: [UInt8], mask: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]
    ) -> [UInt8] {
        var bytes = [first]
        switch payload.count {
        case ...125: bytes.append(0x80 | UInt8(payload.count))
        case ...0xffff:
            bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
        default:
            bytes += [0x80 | 127] + (0..<8).map { UInt8(payload.count >> (56 - 8 * $0) & 0xff) }
        }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    private static func text(_ text: String) -> [UInt8] { frame(0x81, Array(text.utf8)) }

    /// What a reader makes of `bytes`, in pieces.
    private func read(
        _ bytes: [UInt8], size: Int = .max, max: Int = Self.max
    ) -> (events: [WebSocketReader.Event], breach: WebSocketCode?) {
        let reader = WebSocketReader(messageBytesMax: max)
        var events: [WebSocketReader.Event] = []
        var start = 0
        while start < bytes.count {
            let end = size < bytes.count - start ? start + size : bytes.count
            bytes[start..<end].withUnsafeBytes { reader.append($0) }
            start = end
            do throws(WebSocketBreach) {
                while let event = try reader.next() { events.append(event) }
            } catch {
                return (events, error.code)
            }
        }
        return (events, nil)
    }

    @Test("the RFC's own examples")
    func examples() {
        let masked: [UInt8] = [
            0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
        ]
        #expect(read(masked).events == [.message(Array("Hello".utf8))])
        #expect(
            WebSocketFrame.text(Array("Hello".utf8))
                == [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
        #expect(
            WebSocketFrame.pong(Array("Hello".utf8))
                == [0x8a, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
        #expect(
            WebSocketFrame.text([UInt8](repeating: 0, count: 256)).prefix(4)
                == [0x81, 0x7e, 0x01, 0x00])
        #expect(
            WebSocketFrame.text([UInt8](repeating: 0, count: 65_536)).prefix(10)
                == [0x81, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0])
    }

    @Test("lengths at the borders of their forms", arguments: [0, 1, 125, 126, 65_535, 65_536])
    func lengths(count: Int) {
        let payload = (0..<count).map { UInt8($0 % 251) }
        for size in [1_000, Int.max] {
            let found = read(Self.frame(0x82, payload), size: size)
            #expect(found.events == [.message(payload)] && found.breach == nil)
        }
    }

    @Test("fragments, pings between them, and the end: cut at each byte", arguments: 1...12)
    func cuts(size: Int) {
        let bytes =
            Self.frame(0x01, Array("one ".utf8)) + Self.frame(0x89, [1, 2])
            + Self.frame(0x00, []) + Self.frame(0x8a, []) + Self.frame(0x80, Array("two".utf8))
            + Self.text("grüß") + Self.frame(0x82, [0xff])
            + Self.frame(0x88, [0x03, 0xe8] + Array("bye".utf8)) + Self.text("not heard")
        let found = read(bytes, size: size)
        #expect(found.breach == nil)
        #expect(
            found.events == [
                .ping([1, 2]), .pong, .message(Array("one two".utf8)),
                .message(Array("grüß".utf8)), .message([0xff]), .close(.normal),
            ])
    }

    @Test(
        "what breaks the rules is refused as soon as it can be seen",
        arguments: [
            ([0x81, 0x05], 1002), ([0xc1, 0x80], 1002), ([0xa1, 0x80], 1002), ([0x91, 0x80], 1002),
            ([0x83, 0x80], 1002), ([0x8b, 0x80], 1002), ([0x80, 0x80], 1002 + 10_000),
            ([0x09, 0x80], 1002), ([0x89, 0xfe], 1002), ([0x88, 0xff], 1002),
            ([0x81, 0xfe, 0x00, 0x7d], 1002),
            ([0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff], 1002),
            ([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], 1002),
            ([0x81, 0xff, 0, 0, 0, 0, 0, 1, 0x11, 0x71, 1, 2, 3, 4], 1009),
            (frame(0x88, [3]), 1002), (frame(0x88, [0x03, 0xed]), 1002),
            (frame(0x88, [0x03, 0xe7]), 1002), (frame(0x88, [0x13, 0x88]), 1002),
            (frame(0x88, [0x03, 0xe8, 0xff]), 1007),
            (frame(0x81, [0xc3, 0x28]), 1007), (frame(0x81, [0xed, 0xa0, 0x80]), 1007),
            (frame(0x01, [0xc3]) + frame(0x80, []), 1007),
            (frame(0x01, [1]) + frame(0x81, [2]), 1002),
            (frame(0x80, [1]), 1002),
        ] as [([UInt8], Int)])
    func breaches(bytes: [UInt8], code: Int) {
        // A continuation of nothing is seen when its whole head is there.
        let isLate = code > 10_000
        let text = isLate ? bytes + [1, 2, 3, 4] : bytes
        for size in [1, Int.max] {
            let found = read(text, size: size)
            #expect(found.events.isEmpty)
            #expect(found.breach?.rawValue == UInt16(code % 10_000))
        }
    }

    @Test("a character in two fragments is one; a message is held to the limit over its fragments")
    func fragments() {
        let split = Self.frame(0x01, [0xc3]) + Self.frame(0x80, [0xbc])
        #expect(read(split).events == [.message(Array("ü".utf8))])
        let part = Self.frame(0x02, [UInt8](repeating: 0, count: 60))
        let more = Self.frame(0x80, [UInt8](repeating: 0, count: 40))
        #expect(read(part + more, max: 100).events.count == 1)
        #expect(read(part + more, max: 99).breach == .tooBig)
    }

    @Test("the last frame says a code, or nothing; too long a reason is cut")
    func closing() {
        #expect(read(Self.frame(0x88, [])).events == [.close(nil)])
        #expect(read(Self.frame(0x88, [0x0f, 0xa0])).events == [.close(.init(rawValue: 4000))])
        #expect(WebSocketFrame.close(.tooBig, "big") == [0x88, 5, 0x03, 0xf1] + Array("big".utf8))
        let long = WebSocketFrame.close(.normal, String(repeating: "ü", count: 100))
        #expect(long.count == 2 + 124 && long[1] == 124)
    }

    @Test("what comes behind the last frame, in the same piece or later, is not kept")
    func behindTheEnd() throws {
        let reader = WebSocketReader(messageBytesMax: 100)
        let bytes = Self.frame(0x88, [0x03, 0xe8]) + [UInt8](repeating: 0x81, count: 5_000)
        bytes.withUnsafeBytes { reader.append($0) }
        #expect(try reader.next() == .close(.normal))
        #expect(reader.unfinishedCount == 0 && !reader.isInside)
        bytes.withUnsafeBytes { reader.append($0) }
        #expect(try reader.next() == nil)
        #expect(reader.unfinishedCount == 0)
    }

    @Test("noise never harms, and cuts never matter", arguments: 0..<300)
    func noise(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var bytes = (0..<4).flatMap { _ in
            Self.frame(
                [0x81, 0x01, 0x80, 0x89, 0x82, 0x88][Int(random.next() % 6)],
                (0..<Int(random.next() % 140)).map { _ in UInt8(random.next() & 0x7f) })
        }
        for _ in 0..<(seed % 4) {
            bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() & 0xff)
        }
        let whole = read(bytes)
        for size in [1, 2, 3, 10] {
            let cut = read(bytes, size: size)
            #expect(cut.events == whole.events && cut.breach == whole.breach)
        }
    }

    @Test("a handshake of another version, or without a key, is refused")
    func handshake() throws {
        let key = "dGhlIHNhbXBsZSBub25jZQ=="
        #expect(try WebSocketHandshake.key(version: "13", key: key) == key)
        for version in [nil, "8", "13, 8", ""] {
            #expect(refusal(version, key)?.status == 426)
            #expect(refusal(version, key)?.headers["sec-websocket-version"] == "13")
        }
        for wrong in [
            nil, "", "dGhlIHNhbXBsZSBub25jZQ=", key + "=", "dGhlIHNhbXBsZSBub25jZ===",
            "dGhlIHNhbXBsZSBub25j!Q==", "dGhlIHNhbXBsZSBub25jZQQQ",
        ] {
            #expect(refusal("13", wrong)?.status == 400)
        }
        #expect(WebSocketHandshake.isMeant("h2c, WebSocket"))
        #expect(!WebSocketHandshake.isMeant("h2c"))
    }

    private func refusal(_ version: String?, _ key: String?) -> WebSocketHandshake.Refusal? {
        do throws(WebSocketHandshake.Refusal) {
            _ = try WebSocketHandshake.key(version: version, key: key)
            return nil
        } catch {
            return error
        }
    }
}
