internal import Basics

/// Writes one bundle (`CommandBundle` says how it looks). Once per turn of the loop: `begin`, some
/// `append`, `finish`.
package struct BundleWriter: ~Copyable {
    private var writer = ByteWriter()
    /// Commands since `begin`.
    package private(set) var commandCount = 0

    package init() {}

    /// Bytes written since `begin`.
    package var byteCount: Int { writer.count }

    /// Starts a bundle of `origin`, which will never again send a sequence below `lowWater`.
    package mutating func begin(origin: Origin, lowWater: UInt64, capacity: Int = 0) {
        writer = ByteWriter(capacity: capacity + CommandBundle.headerBytes)
        commandCount = 0
        writer.write(UInt32(0))
        writer.write(CommandBundle.version)
        writer.write(origin.replica)
        writer.write(origin.incarnation)
        writer.write(origin.boot)
        writer.write(lowWater)
    }

    /// Adds a command; `request` is copied once, to its place in the bundle.
    package mutating func append(
        _ kind: CommandKind, sequence: UInt64, session: ClientSession? = nil,
        credentials: Credentials? = nil, request: UnsafeRawBufferPointer
    ) {
        precondition(writer.count >= CommandBundle.headerBytes, "append before begin")
        writer.write(kind.rawValue)
        let flags =
            (session == nil ? 0 : CommandBundle.sessionFlag)
            | (credentials == nil ? 0 : CommandBundle.userFlag)
        writer.write(flags)
        writer.writeVarint(sequence)
        if let session {
            writer.writeVarint(session.id)
            writer.writeVarint(session.sequence)
        }
        if let credentials {
            writer.writeBytes(credentials.user)
            writer.writeVarint(credentials.authRevision)
        }
        writer.writeVarint(UInt64(request.count))
        writer.writeRaw(request)
        commandCount += 1
    }

    /// The bundle's bytes. The writer is empty afterwards.
    package mutating func finish() -> [UInt8] {
        precondition(writer.count >= CommandBundle.headerBytes, "finish before begin")
        writer.overwrite(UInt32(writer.count - 4), at: 0)
        let bytes = writer.bytes
        writer = ByteWriter()
        commandCount = 0
        return bytes
    }
}
