package import EtcdMessages
package import Protobuf

/// A `WatchResponse` whose events are encoded already.
package struct EventsResponse: WireEncodable {
    /// Up to its revision everything was told with the last event. Whoever sends it fills in the rest.
    package var header: ResponseHeader
    package let watchID: Int64
    /// More of the same revision follows.
    package let isFragment: Bool
    let pieces: [ArraySlice<UInt8>]

    package var encodedSize: Int {
        var size = 1 + WireSize.message(header)
        if watchID != 0 { size += 1 + WireSize.varint(watchID) }
        if isFragment { size += 2 }
        for piece in pieces { size += piece.count }
        return size
    }

    package func encode(into writer: inout WireWriter) {
        for piece in pieces.reversed() { piece.withUnsafeBytes { writer.writeRaw($0) } }
        if isFragment { writer.write(true, tag: 7 << 3) }
        if watchID != 0 { writer.write(watchID, tag: 2 << 3) }
        writer.write(header, tag: 1 << 3 | 2)
    }
}
