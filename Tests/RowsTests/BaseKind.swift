/// The bases that the same tests run against.
enum BaseKind: CaseIterable {
    case memory
    case rocks

    func make() throws -> any BaseHarness {
        switch self {
        case .memory: try MemoryHarness()
        case .rocks: try RocksHarness()
        }
    }
}
