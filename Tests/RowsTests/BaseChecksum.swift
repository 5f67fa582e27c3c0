import Basics

enum BaseChecksum {
    static func of(_ text: String) -> UInt32 { CRC32C.checksum(Array(text.utf8)) }
}
