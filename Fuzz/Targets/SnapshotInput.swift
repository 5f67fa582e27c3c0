internal import Basics
internal import MVCC
internal import Replication
internal import Rows
internal import StateMachine

/// A snapshot: its header, whose checksum is made right; or tables that a base holds, which came with its files.
enum SnapshotInput {
    static func run(_ input: UnsafeRawBufferPointer) throws(Breach) {
        guard let mode = input.first else { return }
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        switch mode & 3 {
        case 0: try header(checksummed(Array(rest)))
        case 1: try header(Array(rest))
        default: try tables(rest)
        }
    }

    /// The length and the checksum that the bytes have.
    private static func checksummed(_ body: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.writeRaw(Array("SYNODBAK".utf8))
        writer.write(BackupHeader.formatVersion)
        writer.write(UInt32(body.count + 20))
        writer.write(CRC32C.checksum(body))
        writer.writeRaw(body)
        return writer.bytes
    }

    private static func header(_ bytes: [UInt8]) throws(Breach) {
        guard let header = try? BackupHeader(encoded: bytes) else { return }
        try Breach.unless(header.encoded == bytes, "a header that nobody writes: \(header)")
        // Whoever reads the file computes these.
        try Breach.unless(
            header.digestedByteCount % 512 == 0 && header.fileByteCount > header.digestedByteCount,
            "the length of a file: \(header)")
    }

    private static func tables(_ input: UnsafeRawBufferPointer) throws(Breach) {
        var reader = ByteReader(input)
        var rows: [TableRow] = []
        while let name = try? reader.readString(), let bytes = try? reader.readBytes() {
            rows.append(TableRow(name: name, bytes: bytes))
        }
        let machine = ReplicatedState()
        guard (try? machine.restore(rows, over: NoKeys())) != nil else { return }
        // What was taken is written, and taken again.
        // Tables of leases and users stay as they are while nothing changes.
        let frozen = machine.freezeTables().rows
        let names = Set(frozen.map(\.name))
        let written = frozen + rows.filter { !names.contains($0.name) }
        let again = ReplicatedState()
        do throws(KeyBaseError) {
            try again.restore(written, over: NoKeys())
        } catch {
            throw Breach("its own tables are refused: \(error)")
        }
        try Breach.unless(again.digest() == machine.digest(), "another state came back")
    }
}
