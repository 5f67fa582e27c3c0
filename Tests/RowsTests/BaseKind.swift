/// The bases that the same tests run against.
enum BaseKind: CaseIterable {
    case memory

    func make() throws -> any BaseHarness {
        switch self {
        case .memory: try MemoryHarness()
        }
    }
}
