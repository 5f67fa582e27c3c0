extension SnapshotDescription {
    /// Why nothing can be installed by this description, which another member wrote; nil if it can.
    package var problem: String? {
        guard slot <= Limits.snapshotSlotMax else { return "no log gets to slot \(slot)" }
        guard files.count <= Limits.snapshotFilesMax else { return "too many files" }
        var names: Set<String> = []
        var left = Limits.snapshotBytesMax
        for file in files {
            guard SnapshotFile.isName(file.name) else { return "a file has a name that is none" }
            guard names.insert(file.name).inserted else { return "\(file.name) comes twice" }
            guard file.byteCount <= left else { return "too many bytes" }
            left -= file.byteCount
        }
        return nil
    }
}

extension SnapshotFile {
    /// Whether `name` can be nothing but a file of the directory that it is looked for in.
    package static func isName(_ name: String) -> Bool {
        let bytes = name.utf8
        guard (1...Limits.snapshotNameBytesMax).contains(bytes.count) else { return false }
        guard name != ".", name != ".." else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}
