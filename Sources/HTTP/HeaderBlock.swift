internal import CNghttp2

/// A list of header fields in C memory, as nghttp2 takes it.
package final class HeaderBlock {
    let fields: UnsafeMutablePointer<nghttp2_nv>
    let count: Int
    private let text: UnsafeMutablePointer<UInt8>

    /// Copies `list`. Names must be in lower case, pseudo-headers first.
    ///
    /// A `permanent` block lives as long as all sessions that send it, and nghttp2 does not copy it
    /// any more; any other block is copied when it is submitted. The fields of a `changing` block are
    /// never indexed (RFC 7541, 6.2.3): a value that comes once would only push the constant ones out
    /// of both sides' tables.
    package init(_ list: [(String, String)], permanent: Bool = false, changing: Bool = false) {
        count = list.count
        fields = .allocate(capacity: max(1, list.count))
        text = .allocate(
            capacity: max(1, list.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count }))
        let flags = Self.flags(permanent: permanent, changing: changing)
        var next = text
        for (index, (name, value)) in list.enumerated() {
            let valueStart = Self.copy(name, to: next)
            let end = Self.copy(value, to: valueStart)
            (fields + index).initialize(
                to: nghttp2_nv(
                    name: next, value: valueStart, namelen: valueStart - next,
                    valuelen: end - valueStart, flags: flags))
            next = end
        }
    }

    deinit {
        fields.deallocate()
        text.deallocate()
    }

    private static func flags(permanent: Bool, changing: Bool) -> UInt8 {
        var flags = NGHTTP2_NV_FLAG_NONE.rawValue
        if permanent {
            flags |=
                NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue
        }
        if changing { flags |= NGHTTP2_NV_FLAG_NO_INDEX.rawValue }
        return UInt8(flags)
    }

    private static func copy(
        _ source: String, to target: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var next = target
        for byte in source.utf8 {
            next.initialize(to: byte)
            next += 1
        }
        return next
    }
}
