internal import EtcdMessages
internal import MVCC
internal import Protobuf

/// A `RangeResponse` about one key, written from the store's own state without being built first: most
/// reads are of one key.
struct PointAnswer: WireEncodable {
    let header: ResponseHeader
    let key: [UInt8]
    /// Nil if the key does not exist.
    let state: KeyState?

    var encodedSize: Int {
        let headerSize = 1 + WireSize.message(header)
        guard let state else { return headerSize }
        // The pair, and the count of 1.
        return headerSize + 1 + WireSize.lengthDelimited(pairSize(state)) + 2
    }

    private func pairSize(_ state: KeyState) -> Int {
        var size = 1 + WireSize.bytes(key)
        size += 1 + WireSize.varint(state.createRevision)
        size += 1 + WireSize.varint(state.modRevision)
        size += 1 + WireSize.varint(state.version)
        if !state.value.isEmpty { size += 1 + WireSize.bytes(state.value) }
        if state.lease != 0 { size += 1 + WireSize.varint(state.lease) }
        return size
    }

    func encode(into writer: inout WireWriter) {
        if let state {
            writer.write(Int64(1), tag: 32)
            let end = writer.mark
            if state.lease != 0 { writer.write(state.lease, tag: 48) }
            if !state.value.isEmpty { writer.write(state.value, tag: 42) }
            writer.write(state.version, tag: 32)
            writer.write(state.modRevision, tag: 24)
            writer.write(state.createRevision, tag: 16)
            writer.write(key, tag: 10)
            writer.writeLength(since: end, tag: 18)
        }
        writer.write(header, tag: 10)
    }
}

extension RangeRequest {
    /// Asks for the newest state of one key, whole: what a `PointAnswer` tells.
    var isPoint: Bool {
        rangeEnd.isEmpty && revision <= 0 && !keysOnly && !countOnly && minModRevision == 0
            && maxModRevision == 0 && minCreateRevision == 0 && maxCreateRevision == 0
    }
}
