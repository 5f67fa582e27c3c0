/// What a WatchResponse holds, without decoding it: the generator shares the machine with those that it loads.
struct WatchScan {
    private(set) var events = 0
    private(set) var isCreated = false
    private(set) var isCanceled = false

    init(_ message: UnsafeRawBufferPointer) {
        var index = 0
        while index < message.count {
            let tag = Self.varint(message, &index)
            switch tag & 7 {
            case 0:
                let value = Self.varint(message, &index)
                if tag == Self.createdTag { isCreated = value != 0 }
                if tag == Self.canceledTag { isCanceled = value != 0 }
            case 2:
                let length = Self.varint(message, &index)
                index += length
                if tag == Self.eventsTag { events += 1 }
            default:
                complain("a watch response that is none")
                return
            }
        }
    }

    private static func varint(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> Int {
        var value = 0
        var shift = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            value |= Int(byte & 0x7f) << shift
            if byte < 0x80 || shift >= 56 { break }
            shift += 7
        }
        return value
    }

    private static let createdTag = 3 << 3
    private static let canceledTag = 4 << 3
    private static let eventsTag = 11 << 3 | 2
}
