internal import Basics
internal import Rows

/// The directory of a base, and the file in it that says which of the stores is the base
/// (docs/DataOnDisk.md has the whole of it).
final class BaseDirectory: Sendable {
    /// What the pointer says.
    enum Pointer: Equatable {
        /// Nothing was ever flushed, or what was is set aside.
        case empty
        case store(UInt64)
        /// The store with this number is not as it was written.
        case damaged(UInt64)
    }

    let path: String
    private let current: Monitor<Pointer>

    private var pointerPath: String { path + "/current" }
    var installationPath: String { path + "/installation" }
    var snapshotsPath: String { path + "/snapshots" }
    /// The links that a pass over the base reads through.
    var scrubPath: String { path + "/scrub" }
    func storePath(_ number: UInt64) -> String { "\(path)/\(number)" }

    /// Makes the directory if there is none, and reads the pointer.
    convenience init(_ path: String) throws(BaseError) {
        self.init(unread: path)
        try Self.performing { () throws(RowError) in
            try Files.makeDirectory(path)
            try Files.syncDirectory(path + "/..")
            try Files.makeDirectory(path + "/snapshots")
        }
        let pointer = try read()
        current.update { $0 = pointer }
    }

    /// Reads the pointer, and makes nothing.
    convenience init(reading path: String) throws(BaseError) {
        self.init(unread: path)
        let pointer = try read()
        current.update { $0 = pointer }
    }

    private init(unread path: String) {
        self.path = path
        current = Monitor(.empty)
    }

    /// What the pointer said when it was last read or written.
    var pointer: Pointer { current.withLock { $0 } }

    /// The number of a new store: none that is there has it.
    func unusedNumber() throws(RowError) -> UInt64 {
        (try storeNumbers() + numbersSetAside()).reduce(0, max) + 1
    }

    /// From here on another store is the base: durable when it returns.
    func point(to pointer: Pointer) throws(RowError) {
        let (file, directory) = (pointerPath, path)
        try current.update { current in
            Result { () throws(RowError) in
                try Files.replace(file, with: Self.encode(pointer), in: directory)
                current = pointer
            }
        }.get()
    }

    /// Notes that the base is damaged, so that no start forgets it. As well as it can be done: the disk that is to
    /// remember it may be the one that failed.
    ///
    /// - Returns: whether no start will take this store for the base any more.
    @discardableResult func markDamaged(_ number: UInt64) -> Bool {
        guard pointer == .store(number) else { return true }
        try? point(to: .damaged(number))
        return pointer != .store(number)
    }

    /// Removes what is neither the base, nor a snapshot that arrives or was given, nor what was set aside.
    func removeLeftovers() throws(RowError) {
        try Files.removeTree(scrubPath)
        for number in try storeNumbers() where pointer != .store(number) {
            try Files.removeTree(storePath(number))
        }
    }

    /// Puts the damaged store out of the way, in the place of the one that was put there before it, with all
    /// snapshots and links, whose files are its own. Afterwards there is no base.
    static func setAside(_ path: String) throws(BaseError) {
        let directory = BaseDirectory(unread: path)
        try performing { () throws(RowError) in try directory.setAside() }
    }

    /// The process may end behind each step, and the next one begins with the first again. What was kept before goes
    /// last, when another one is in its place.
    private func setAside() throws(RowError) {
        let stores = try storeNumbers()
        let damaged = numberOfBase ?? stores.first
        try Files.removeTree(scrubPath)
        try Files.removeTree(snapshotsPath)
        try Files.makeDirectory(snapshotsPath)
        for number in stores {
            try Files.move(storePath(number), pathSetAside(number))
        }
        try Files.syncDirectory(path)
        try point(to: .empty)
        guard let damaged else { return }
        for number in try numbersSetAside() where number < damaged {
            try Files.removeTree(pathSetAside(number))
        }
    }

    /// What the pointer says, if it can be read and there is a base.
    private var numberOfBase: UInt64? {
        switch try? read() {
        case .store(let number), .damaged(let number): number
        case .empty, nil: nil
        }
    }

    private func pathSetAside(_ number: UInt64) -> String {
        "\(path)/\(Self.damagedPrefix)\(number)"
    }

    private func numbersSetAside() throws(RowError) -> [UInt64] {
        try Files.names(in: path).compactMap { name in
            name.hasPrefix(Self.damagedPrefix)
                ? UInt64(name.dropFirst(Self.damagedPrefix.count)) : nil
        }
    }

    private func storeNumbers() throws(RowError) -> [UInt64] {
        try Files.names(in: path).compactMap(UInt64.init).sorted()
    }

    // MARK: The pointer

    private static let damagedPrefix = "damaged-"

    private func read() throws(BaseError) -> Pointer {
        let (path, pointerPath) = (path, pointerPath)
        let bytes = try Self.performing { () throws(RowError) in
            try Files.read(pointerPath, bytesMax: Limits.pointerBytesMax)
        }
        if let bytes {
            guard let pointer = Self.decode(bytes) else {
                throw .damaged("\(pointerPath) is not as it was written")
            }
            return pointer
        }
        let numbers = try Self.performing { () throws(RowError) in try self.storeNumbers() }
        guard numbers.isEmpty else {
            throw .damaged("\(pointerPath) is missing, and there are stores in \(path)")
        }
        return .empty
    }

    /// A line for people: a word, a number, and the checksum of both.
    static func encode(_ pointer: Pointer) -> [UInt8] {
        let text =
            switch pointer {
            case .empty: "empty 0"
            case .store(let number): "store \(number)"
            case .damaged(let number): "damaged \(number)"
            }
        return Array("\(text) \(CRC32C.checksum(Array(text.utf8)))\n".utf8)
    }

    static func decode(_ bytes: [UInt8]) -> Pointer? {
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard words.count == 3, let number = UInt64(words[1]) else { return nil }
        let pointer: Pointer
        switch words[0] {
        case "empty": pointer = .empty
        case "store": pointer = .store(number)
        case "damaged": pointer = .damaged(number)
        default: return nil
        }
        return encode(pointer) == bytes ? pointer : nil
    }

    static func performing<Value>(
        _ body: () throws(RowError) -> Value
    ) throws(BaseError) -> Value {
        do throws(RowError) { return try body() } catch { throw BaseError(error) }
    }
}
