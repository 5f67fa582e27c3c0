internal import Basics

/// The header fields of one request or answer, one after the other in one piece of memory that is
/// used again: nothing is allocated for a field, and nobody pays for one that nobody asks for.
/// Names are in lower case.
package final class HeaderList {
    // Hot properties of this room's classes are not `package` themselves: what no other module can
    // reach needs no check for exclusive access at run time.
    private var fieldCount = 0
    private var fieldBytes = 0
    private let storage = ByteQueue()
    private var pathRange = 0..<0
    private var methodRange = 0..<0
    private var contentTypeRange = 0..<0

    package init() {}

    /// Number of fields, pseudo-headers included.
    package var count: Int { fieldCount }

    /// Sum of the fields' sizes as HTTP/2 counts them: name, value and 32 bytes.
    package var countedBytes: Int { fieldBytes }

    /// The target of the request with its query; empty if there is none. Valid until a change.
    package var path: UnsafeRawBufferPointer { slice(pathRange) }

    /// The method of an HTTP/2 request; empty if there is none. Valid until a change.
    package var method: UnsafeRawBufferPointer { slice(methodRange) }

    /// The content type; empty if there is none. Valid until a change.
    package var contentType: UnsafeRawBufferPointer { slice(contentTypeRange) }

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
        note(name, start + total - value.count..<start + total)
        fieldCount += 1
        fieldBytes += name.count + value.count + 32
    }

    /// Forgets all fields and keeps the memory.
    package func removeAll() {
        storage.removeAll()
        fieldCount = 0
        fieldBytes = 0
        pathRange = 0..<0
        methodRange = 0..<0
        contentTypeRange = 0..<0
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

    private func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: storage.bytes[range])
    }

    /// Remembers where the fields lie that every request is asked for.
    private func note(_ name: UnsafeRawBufferPointer, _ range: Range<Int>) {
        switch name.count {
        case 5: if Self.equal(name, ":path") { pathRange = range }
        case 7: if Self.equal(name, ":method") { methodRange = range }
        case 12: if Self.equal(name, "content-type") { contentTypeRange = range }
        default: break
        }
    }

    private static func equal(_ name: UnsafeRawBufferPointer, _ other: StaticString) -> Bool {
        equal(name, UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }

    private func find(_ wanted: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var found: UnsafeRawBufferPointer?
        forEach { name, value in
            guard name.count == wanted.count, Self.equal(name, wanted) else { return true }
            found = value
            return false
        }
        return found
    }

    private static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer)
        -> Bool
    {
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
