internal import Basics

/// The header fields of one request or answer, one after the other in one piece of memory that is
/// used again: nothing is allocated for a field, and nobody pays for one that nobody asks for.
/// Names are in lower case.
package final class HeaderList {
    /// Number of fields, pseudo-headers included.
    package private(set) var count = 0
    /// Sum of the fields' sizes as HTTP/2 counts them: name, value and 32 bytes.
    package private(set) var countedBytes = 0

    private let storage = ByteQueue()
    private var pathOffset = -1
    private var pathLength = 0

    package init() {}

    /// The target of the request with its query; empty if there is none. Valid until a change.
    package var path: UnsafeRawBufferPointer {
        guard pathOffset >= 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(rebasing: storage.bytes[pathOffset..<pathOffset + pathLength])
    }

    /// The value of the first field called `name` (in lower case), or nil. Valid until a change.
    package func bytes(_ name: StaticString) -> UnsafeRawBufferPointer? {
        find(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    /// The value of the first field called `name` (in lower case) as text, or nil.
    package func value(_ name: String) -> String? {
        var copy = name
        let found = copy.withUTF8 { find(UnsafeRawBufferPointer($0)) }
        return found.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The values of all fields called `name` (in lower case).
    package func values(_ name: String) -> [String] {
        all.compactMap { $0.0 == name ? $0.1 : nil }
    }

    /// All fields in order, as text.
    package var all: [(String, String)] {
        var list: [(String, String)] = []
        forEach { name, value in
            list.append(
                (String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
            return true
        }
        return list
    }

    /// Adds a field at the end.
    package func append(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        let total = Self.lengthBytes + name.count + value.count
        let start = storage.count
        let memory = storage.extend(by: total)
        Self.store(name.count, at: memory)
        Self.store(value.count, at: memory + 4)
        Self.copy(name, to: memory + Self.lengthBytes)
        Self.copy(value, to: memory + Self.lengthBytes + name.count)
        if name.count == 5, isPath(name) {
            pathOffset = start + Self.lengthBytes + name.count
            pathLength = value.count
        }
        count += 1
        countedBytes += name.count + value.count + 32
    }

    /// Forgets all fields and keeps the memory.
    package func removeAll() {
        storage.removeAll()
        count = 0
        countedBytes = 0
        pathOffset = -1
        pathLength = 0
    }

    /// The two lengths before each field.
    private static let lengthBytes = 8

    private static func store(_ length: Int, at target: UnsafeMutableRawPointer) {
        // Fields follow each other without gaps, so that lengths lie at any address.
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: length)) {
            target.copyMemory(from: $0.baseAddress.unsafelyUnwrapped, byteCount: 4)
        }
    }

    private static func copy(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
        guard let start = source.baseAddress, source.count > 0 else { return }
        target.copyMemory(from: start, byteCount: source.count)
    }

    private func isPath(_ name: UnsafeRawBufferPointer) -> Bool {
        name[0] == UInt8(ascii: ":") && name[1] == UInt8(ascii: "p")
            && name[2] == UInt8(ascii: "a") && name[3] == UInt8(ascii: "t")
            && name[4] == UInt8(ascii: "h")
    }

    private func find(_ wanted: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var found: UnsafeRawBufferPointer?
        forEach { name, value in
            guard name.count == wanted.count, equal(name, wanted) else { return true }
            found = value
            return false
        }
        return found
    }

    private func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        var index = left.count
        // From the end: names share beginnings (grpc-, content-) more often than endings.
        while index > 0 {
            index -= 1
            if left[index] != right[index] { return false }
        }
        return true
    }

    private func forEach(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool) {
        let all = storage.bytes
        var offset = 0
        while offset < all.count {
            let nameLength = Int(all.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            let valueLength = Int(all.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
            let nameStart = offset + Self.lengthBytes
            let valueStart = nameStart + nameLength
            let end = valueStart + valueLength
            let name = UnsafeRawBufferPointer(rebasing: all[nameStart..<valueStart])
            guard body(name, UnsafeRawBufferPointer(rebasing: all[valueStart..<end])) else {
                return
            }
            offset = end
        }
    }
}
