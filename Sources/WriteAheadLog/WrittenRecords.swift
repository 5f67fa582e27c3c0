internal import Basics
package import Paxos

/// What one write to a segment brought, read back from its bytes: for whoever checks from below the log
/// what is durable.
package struct WrittenRecords {
    package let kind: BatchHeader.Kind
    package private(set) var records: [DurableRecord] = []

    /// The batch that was written at `offset`, behind the segment's header if it begins the segment. Nil if
    /// the bytes are no batch of this place.
    package init?(_ bytes: [UInt8], segment: UInt64, offset: Int, salt: UInt64) {
        let skipped = offset == 0 ? SegmentHeader.byteCount : 0
        guard bytes.count >= skipped + BatchHeader.byteCount else { return nil }
        let seed = BatchHeader.seed(salt: salt, segment: segment, offset: offset + skipped)
        let read = bytes.withUnsafeBytes { all in
            Self.read(UnsafeRawBufferPointer(rebasing: all[skipped...]), seed: seed)
        }
        guard let (kind, records) = read else { return nil }
        self.kind = kind
        self.records = records
    }

    private static func read(
        _ batch: UnsafeRawBufferPointer, seed: UInt32
    ) -> (BatchHeader.Kind, [DurableRecord])? {
        guard let header = BatchHeader(batch, seed: seed), header.extent <= batch.count else {
            return nil
        }
        let whole = UnsafeRawBufferPointer(rebasing: batch[..<header.extent])
        guard header.matches(whole) else { return nil }
        var reader = ByteReader(header.payload(in: whole))
        var records: [DurableRecord] = []
        do throws(ByteReaderError) {
            if header.kind == .state { _ = try BatchPayload.readStart(from: &reader) }
            try BatchPayload.readSections(from: &reader) { records.append($1) }
        } catch {
            return nil
        }
        return (header.kind, records)
    }
}
