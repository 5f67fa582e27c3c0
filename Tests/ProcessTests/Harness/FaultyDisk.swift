import Foundation
import Testing

/// The disk of one node, which a test makes ill while the node runs. The node is started with the library of
/// Tests/FaultShim before its own, which says what the orders mean.
struct FaultyDisk: Sendable {
    /// One order: `CALL FAULT WHEN [PART-OF-PATH]`.
    typealias Order = String

    private let directory: String
    private let name: String
    private let library: String

    /// Nothing is wrong with it at first. `directory` holds the data directories of a cluster, `name` is the
    /// node's.
    init(directory: String, name: String) async throws {
        self.directory = directory
        self.name = name
        library = try await Self.library.value
        try heal()
    }

    /// What stands before the program.
    var prefix: [String] {
        [
            "env", "LD_PRELOAD=\(library)", "FAULT_SHIM_DIRECTORY=\(directory)/\(name)",
            "FAULT_SHIM_ORDERS=\(orders)", "FAULT_SHIM_REPORT=\(reportFile)",
        ]
    }

    /// From now on these faults happen, and no others.
    func order(_ lines: Order...) throws {
        let next = orders + ".new"
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: next))
        guard rename(next, orders) == 0 else {
            throw WaitTimeout(description: "the orders of \(name) cannot be given")
        }
    }

    func heal() throws { try order() }

    /// The faults that happened, oldest first: call, fault and path.
    var report: [String] {
        let text = try? String(contentsOfFile: reportFile, encoding: .utf8)
        return (text ?? "").split(whereSeparator: \.isNewline).map(String.init)
    }

    func forgetReport() { try? FileManager.default.removeItem(atPath: reportFile) }

    func waitForFault(seconds: Double = 10) async throws {
        try await wait("a fault of \(name)'s disk", seconds: seconds) { !report.isEmpty }
    }

    private var orders: String { "\(directory)/\(name).orders" }
    private var reportFile: String { "\(directory)/\(name).faults" }

    /// Built once, by the C compiler.
    private static let library = Task {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../FaultShim/fault_shim.c").standardized.path
        let library = try Places.temporaryDirectory() + "/fault_shim.so"
        let result = try await Tool.run(
            "/usr/bin/env",
            ["cc", "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl", "-lpthread"])
        guard result.status == 0 else {
            throw WaitTimeout(description: "the fault shim cannot be built: \(result.output)")
        }
        return library
    }
}

extension TestCluster {
    /// Runs `body` with a cluster whose nodes' disks can be made ill, in the order of the nodes.
    static func withFaultyDisks(
        _ count: Int, options: [String] = [],
        _ body: (TestCluster, [FaultyDisk]) async throws -> Void
    ) async throws {
        let directory = try Places.temporaryDirectory()
        var disks: [FaultyDisk] = []
        for index in 0..<count {
            disks.append(try await FaultyDisk(directory: directory, name: "n\(index)"))
        }
        let nodes = disks.enumerated().map { index, disk in
            TestNode(name: "n\(index)", directory: directory, prefix: disk.prefix)
        }
        let cluster = TestCluster(nodes: nodes, directory: directory, options: options)
        try await with(cluster) { try await body($0, disks) }
    }

    /// The place of a node among all.
    func index(of node: TestNode) throws -> Int {
        try #require(nodes.firstIndex { $0 === node })
    }
}
