internal import Basics

/// Reads a batch, bundle by bundle, without copying. The memory must outlive what is read from it.
package struct BundleReader {
    private var reader: ByteReader

    package init(_ payload: UnsafeRawBufferPointer) { reader = ByteReader(payload) }

    /// Goes on with the bundle that begins at `offset`.
    init(_ payload: UnsafeRawBufferPointer, offset: Int) {
        reader = ByteReader(payload, offset: offset)
    }

    /// Where the next bundle begins.
    var offset: Int { reader.offset }

    /// The next bundle, nil at the end.
    ///
    /// - Throws: `malformed` if the rest is no bundle: nothing can be read behind it.
    package mutating func next() throws(BundleError) -> BundleView? {
        if reader.isAtEnd { return nil }
        do {
            let length = try reader.readRaw(4).loadUnaligned(as: UInt32.self)
            return BundleView(try reader.readRaw(Int(UInt32(littleEndian: length))))
        } catch {
            throw .malformed
        }
    }
}

/// One bundle in borrowed memory.
package struct BundleView {
    private let body: UnsafeRawBufferPointer

    init(_ body: UnsafeRawBufferPointer) { self.body = body }

    /// What is wrong with the bundle or any of its commands.
    package func check() -> BundleError? {
        do throws(BundleError) {
            var commands = try open().commands
            while try commands.next() != nil {}
            return nil
        } catch {
            return error
        }
    }

    /// A reader of the commands from the one on that begins at `offset`. The bundle was opened before.
    func commands(from offset: Int) -> CommandReader {
        CommandReader(
            ByteReader(UnsafeRawBufferPointer(rebasing: body.dropFirst()), offset: offset))
    }

    /// The header, and a reader of the commands.
    package func open() throws(BundleError) -> (header: BundleHeader, commands: CommandReader) {
        guard let version = body.first else { throw .malformed }
        guard version == CommandBundle.version else {
            throw version > CommandBundle.version ? .upgradeNeeded : .malformed
        }
        var reader = ByteReader(UnsafeRawBufferPointer(rebasing: body.dropFirst()))
        do {
            let origin = Origin(
                replica: try reader.read(), incarnation: try reader.read(),
                boot: try reader.read())
            let header = BundleHeader(origin: origin, lowWater: try reader.read())
            return (header, CommandReader(reader))
        } catch {
            throw .malformed
        }
    }
}

/// Who sent a bundle, and from where on it may send again.
package struct BundleHeader: Equatable, Sendable {
    package let origin: Origin
    /// The lowest sequence that the origin may send again.
    package let lowWater: UInt64
}

/// One command in borrowed memory.
package struct CommandView {
    package let kind: CommandKind
    package let sequence: UInt64
    package let session: ClientSession?
    package let credentials: CredentialsView?
    /// The request's protobuf bytes.
    package let request: UnsafeRawBufferPointer
}

/// Reads the commands of one bundle.
package struct CommandReader {
    private var reader: ByteReader

    init(_ reader: ByteReader) { self.reader = reader }

    /// Where the next command begins, in the bundle.
    var offset: Int { reader.offset }

    /// The next command, nil at the end of the bundle.
    package mutating func next() throws(BundleError) -> CommandView? {
        if reader.isAtEnd { return nil }
        do {
            let start = try reader.readRaw(2)
            let known = CommandBundle.sessionFlag | CommandBundle.userFlag
            guard let kind = CommandKind(rawValue: start[0]), start[1] & ~known == 0 else {
                throw BundleError.upgradeNeeded
            }
            return try readRest(kind, start[1])
        } catch let error as BundleError {
            throw error
        } catch {
            throw .malformed
        }
    }

    private mutating func readRest(
        _ kind: CommandKind, _ flags: UInt8
    ) throws(ByteReaderError) -> CommandView {
        let sequence = try reader.readVarint()
        var session: ClientSession?
        if flags & CommandBundle.sessionFlag != 0 {
            session = ClientSession(
                id: try reader.readVarint(), sequence: try reader.readVarint())
        }
        var credentials: CredentialsView?
        if flags & CommandBundle.userFlag != 0 {
            credentials = CredentialsView(
                user: try reader.readSlice(), authRevision: try reader.readVarint())
        }
        return CommandView(
            kind: kind, sequence: sequence, session: session, credentials: credentials,
            request: try reader.readSlice())
    }
}
