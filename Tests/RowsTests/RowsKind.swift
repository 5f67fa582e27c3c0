import Foundation
import RocksStorage
import Rows

/// The stores of rows that the same tests run against.
enum RowsKind: CaseIterable {
    case memory
    case rocks

    func make(in place: TemporaryPlace) throws -> any RowStoring {
        switch self {
        case .memory: MemoryRows()
        case .rocks:
            try RowStore(
                directory: place.path + "/" + UUID().uuidString, .new, startName: "1",
                cacheBytes: 1 << 20)
        }
    }
}

/// A directory that lives as long as a test.
final class TemporaryPlace {
    let path = NSTemporaryDirectory() + "rows-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
