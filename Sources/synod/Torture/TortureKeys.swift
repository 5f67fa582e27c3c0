internal import Basics

/// The keys of a torture run. They change every now and then, so that no key's history and no list
/// grows without end.
struct TortureKeys: Sendable {
    private let prefix: String
    private let count: Int
    private let startedAt: UInt64
    /// Appends begun, list by list.
    private let appends: Monitor<[Int]>
    private static let generationMilliseconds: UInt64 = 3_000
    /// Few enough for the servers to keep whole answers for retries.
    private static let tokensPerList = 64

    init(prefix: String, count: Int) {
        self.prefix = prefix
        self.count = count
        startedAt = Clock.milliseconds()
        appends = Monitor(Array(repeating: 0, count: count))
    }

    /// A key that is put, deleted, and written under conditions.
    func register(_ number: Int) -> [UInt8] {
        let generation = (Clock.milliseconds() - startedAt) / Self.generationMilliseconds
        return Array("\(prefix)register/\(number % count)/\(generation)".utf8)
    }

    /// A key that is only appended to.
    func list(_ number: Int, isForAppend: Bool) -> [UInt8] {
        let list = number % count
        let before = appends.withLock { appends in
            if isForAppend { appends[list] += 1 }
            return appends[list]
        }
        return Array("\(prefix)list/\(list)/\(before / Self.tokensPerList)".utf8)
    }
}
