import Foundation

@testable import synod

/// A real etcd, if one is installed.
enum EtcdServer {
    /// Where it is; nil if there is none.
    static let program: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "")
        .split(separator: ":").map { "\($0)/etcd" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Runs `body` with a server of one member, and ends it, whatever happens.
    static func with(_ body: (_ endpoint: String) async throws -> Void) async throws {
        guard let program else { throw WaitTimeout(description: "no etcd server is installed") }
        let directory = try Places.temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let ports = Places.freePorts(2)
        let (client, peer) = ("http://127.0.0.1:\(ports[0])", "http://127.0.0.1:\(ports[1])")
        var child = try Spawner.start(
            program,
            [
                "--name", "e", "--data-dir", "\(directory)/data", "--listen-client-urls", client,
                "--advertise-client-urls", client, "--listen-peer-urls", peer,
                "--initial-advertise-peer-urls", peer, "--initial-cluster", "e=\(peer)",
            ], log: "\(directory)/log")
        defer {
            child.send(signal: SIGKILL)
            while !child.hasEnded() { usleep(1_000) }
        }
        let endpoint = "127.0.0.1:\(ports[0])"
        try await wait("an answer of etcd") {
            try await Tool.synod("get", "x", "--endpoints", endpoint, "--timeout", "500").status < 2
        }
        try await body(endpoint)
    }
}
