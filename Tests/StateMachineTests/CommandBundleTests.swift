import Basics
import EtcdMessages
import MVCC
import Protobuf
import StateMachine
import Testing

/// The bytes in the log: written and read again, joined, broken.
struct CommandBundleTests {
    struct Command: Equatable {
        var header: BundleHeader
        var kind: CommandKind
        var sequence: UInt64
        var session: ClientSession?
        var credentials: Credentials?
        var request: [UInt8]
    }

    private func read(_ payload: [UInt8]) throws -> [Command] {
        try payload.withUnsafeBytes { buffer in
            var found: [Command] = []
            var reader = BundleReader(buffer)
            while let bundle = try reader.next() {
                var (header, commands) = try bundle.open()
                while let command = try commands.next() {
                    found.append(
                        Command(
                            header: header, kind: command.kind, sequence: command.sequence,
                            session: command.session, credentials: command.credentials?.copy,
                            request: [UInt8](command.request)))
                }
            }
            return found
        }
    }

    private func check(_ payload: [UInt8]) -> BundleError? {
        payload.withUnsafeBytes { CommandBundle.check($0) }
    }

    private func write(_ commands: [Command], into writer: inout BundleWriter) -> [UInt8] {
        writer.begin(origin: commands[0].header.origin, lowWater: commands[0].header.lowWater)
        for command in commands {
            command.request.withUnsafeBytes {
                writer.append(
                    command.kind, sequence: command.sequence, session: command.session,
                    credentials: command.credentials, request: $0)
            }
        }
        #expect(writer.commandCount == commands.count)
        return writer.finish()
    }

    private func header(_ replica: UInt64, lowWater: UInt64) throws -> BundleHeader {
        var writer = BundleWriter()
        writer.begin(
            origin: Origin(replica: replica, incarnation: .max - 3, boot: 9), lowWater: lowWater)
        return try writer.finish().withUnsafeBytes {
            var reader = BundleReader($0)
            return try #require(try reader.next()).open().header
        }
    }

    private func commands(seed: UInt64) throws -> [Command] {
        var random = SeededRandom(seed: seed)
        let header = try header(seed, lowWater: random.next())
        return (0..<20).map { _ in
            Command(
                header: header,
                kind: CommandKind.allCases[Int.random(in: 0..<5, using: &random)],
                sequence: random.next() >> UInt64.random(in: 0..<64, using: &random),
                session: Bool.random(using: &random)
                    ? ClientSession(id: random.next(), sequence: random.next()) : nil,
                credentials: Bool.random(using: &random)
                    ? Credentials(user: Array("usér".utf8), authRevision: random.next()) : nil,
                request: (0..<Int.random(in: 0..<400, using: &random)).map { _ in
                    UInt8(truncatingIfNeeded: random.next())
                })
        }
    }

    @Test func bundlesReadBackAndJoin() throws {
        var writer = BundleWriter()
        var payload: [UInt8] = []
        var all: [Command] = []
        for seed: UInt64 in 1...5 {
            let commands = try commands(seed: seed)
            all += commands
            payload += write(commands, into: &writer)
            #expect(check(payload) == nil)
            #expect(try read(payload) == all)
        }
        #expect(check([]) == nil)
    }

    /// The log keeps these bytes for ever: a change here is a new version.
    @Test func theFormIsFixed() {
        var writer = BundleWriter()
        writer.begin(
            origin: Origin(replica: 0x0102, incarnation: 3, boot: 4), lowWater: 5)
        [0xaa, 0xbb].withUnsafeBytes { (request: UnsafeRawBufferPointer) in
            let bytes = UnsafeRawBufferPointer(rebasing: request[0..<1])
            writer.append(.txn, sequence: 300, request: bytes)
            writer.append(
                .put, sequence: 1, session: ClientSession(id: 6, sequence: 7),
                credentials: Credentials(user: Array("u".utf8), authRevision: 8), request: bytes)
        }
        let expected: [UInt8] =
            [54, 0, 0, 0, 1] + [2, 1, 0, 0, 0, 0, 0, 0] + [3, 0, 0, 0, 0, 0, 0, 0]
            + [4, 0, 0, 0, 0, 0, 0, 0] + [5, 0, 0, 0, 0, 0, 0, 0]
            + [3, 0, 0xac, 2, 1, 0xaa] + [1, 3, 1, 6, 7, 1, UInt8(ascii: "u"), 8, 1, 0xaa]
        let bytes = writer.finish()
        #expect(Array(bytes[4...]) == Array(expected[4...]))
        #expect(Int(bytes[0]) == bytes.count - 4)
    }

    @Test func everyCutIsMalformed() throws {
        var writer = BundleWriter()
        let payload = write(try commands(seed: 3), into: &writer)
        for length in 1..<payload.count {
            #expect(check(Array(payload[..<length])) == .malformed)
        }
    }

    @Test func damageIsAFindingAndNeverATrap() throws {
        var writer = BundleWriter()
        let whole = write(try commands(seed: 4), into: &writer)
        var random = SeededRandom(seed: 5)
        var findings = 0
        for _ in 0..<3000 {
            var payload = whole
            for _ in 0..<3 {
                let index = Int.random(in: 0..<payload.count, using: &random)
                payload[index] = UInt8(truncatingIfNeeded: random.next())
            }
            if check(payload) != nil { findings += 1 }
            let state = ReplicatedState()
            _ = state.apply(slot: 1, batchPayload: payload, logTimeMilliseconds: 0)
        }
        #expect(findings > 100)
    }

    @Test(arguments: [4, 37, 38])
    func aNewerVersionKindOrFlagNeedsAnUpgrade(offset: Int) throws {
        var writer = BundleWriter()
        let first = write(try commands(seed: 6), into: &writer)
        var second = write(try commands(seed: 7), into: &writer)
        second[offset] = offset == 4 ? 2 : 0x80
        #expect(check(second) == .upgradeNeeded)
        let state = ReplicatedState()
        let empty = state.digest()
        #expect(
            state.apply(slot: 1, batchPayload: first + second, logTimeMilliseconds: 5)
                == .upgradeNeeded)
        #expect(state.digest() == empty)
        #expect(state.needsUpgrade)
        #expect(
            state.apply(slot: 1, batchPayload: first, logTimeMilliseconds: 5) == .upgradeNeeded)
        #expect(state.applyNothing(slot: 1) == .upgradeNeeded)
        #expect(state.digest() == empty)
    }

    @Test func aMalformedBundleIsSkippedAndTheOthersAreNot() throws {
        let machine = Machine()
        let good = machine.batch([(.put, PutRequestBytes.make("a", "1"))])
        var bad = machine.batch([(.put, PutRequestBytes.make("b", "1"))])
        bad[bad.count - PutRequestBytes.make("b", "1").count - 1] = 200
        let later = machine.batch([(.put, PutRequestBytes.make("c", "1"))])
        #expect(check(good + bad + later) == .malformed)
        #expect(machine.apply(good + bad + later + [1, 2, 3]).count == 2)
        #expect(machine.state.malformedBundleCount == 2)
        #expect(try machine.value("a") == "1")
        #expect(try machine.value("b") == nil)
        #expect(try machine.value("c") == "1")
    }
}
