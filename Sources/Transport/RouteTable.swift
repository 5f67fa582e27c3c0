/// Finds the route for the raw bytes of a path, without making a String: open addressing over a hash
/// of eight bytes at a time.
struct RouteTable {
    private var slots: [Route?] = Array(repeating: nil, count: 16)
    private var count = 0

    /// All routes, in no order.
    var all: [Route] { slots.compactMap(\.self) }

    /// Adds a route; its path must be new.
    mutating func insert(_ route: Route) {
        if (count + 1) * 2 > slots.count { grow() }
        route.bytes.withUnsafeBytes { bytes in
            precondition(find(bytes) == nil, "two handlers for one path")
            slots[freeSlot(for: bytes)] = route
        }
        count += 1
    }

    /// The route whose path is exactly `path`.
    func find(_ path: UnsafeRawBufferPointer) -> Route? {
        var index = Self.hash(path) & (slots.count - 1)
        while let route = slots[index] {
            if Self.equal(route.bytes, path) { return route }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    private func freeSlot(for path: UnsafeRawBufferPointer) -> Int {
        var index = Self.hash(path) & (slots.count - 1)
        while slots[index] != nil { index = (index + 1) & (slots.count - 1) }
        return index
    }

    private mutating func grow() {
        let routes = all
        slots = Array(repeating: nil, count: slots.count * 2)
        for route in routes {
            route.bytes.withUnsafeBytes { slots[freeSlot(for: $0)] = route }
        }
    }

    private static func equal(_ left: [UInt8], _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        return left.withUnsafeBytes { left in
            var index = left.count
            // From the end: all methods of a service begin alike.
            while index > 0 {
                index -= 1
                if left[index] != right[index] { return false }
            }
            return true
        }
    }

    private static func hash(_ path: UnsafeRawBufferPointer) -> Int {
        var hash = UInt64(path.count) &* 0x9e37_79b9_7f4a_7c15
        var offset = 0
        while offset + 8 <= path.count {
            hash = mix(hash ^ path.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var tail: UInt64 = 0
        while offset < path.count {
            tail = tail << 8 | UInt64(path[offset])
            offset += 1
        }
        return Int(truncatingIfNeeded: mix(hash ^ tail) >> 8)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value &* 0xbf58_476d_1ce4_e5b9
        return product ^ (product >> 29)
    }
}
