import Foundation
import SynodClient
import Synchronization

@testable import synod

/// One node of a test's cluster: a process that can be killed and started again.
final class TestNode: Sendable {
    let name: String
    /// The address that it serves at.
    let host: String
    let clientPort: UInt16
    let peerPort: UInt16
    let dataDirectory: String
    let log: String
    /// TLS on both ports.
    let isSecure: Bool
    /// What stands before the program, as `ip netns exec N`; empty for none.
    private let prefix: [String]
    private let child = Mutex<ChildProcess?>(nil)

    /// - Parameter peerPort: that of another node, whose place it takes; nil for one of its own.
    init(
        name: String, host: String = "127.0.0.1", directory: String, peerPort: UInt16? = nil,
        prefix: [String] = [], isSecure: Bool = false
    ) {
        let ports = Places.freePorts(2)
        self.name = name
        self.host = host
        clientPort = ports[0]
        self.peerPort = peerPort ?? ports[1]
        dataDirectory = "\(directory)/\(name)"
        log = "\(directory)/\(name).log"
        self.prefix = prefix
        self.isSecure = isSecure
    }

    var endpoint: Endpoint {
        Endpoint(host: host, port: clientPort, usesTLS: isSecure ? true : nil)
    }
    var url: String { "\(scheme)://\(host):\(clientPort)" }
    var peerURL: String { "\(scheme)://\(host):\(peerPort)" }
    private var scheme: String { isSecure ? "https" : "http" }

    /// The words of `synod serve` for this node among `nodes`.
    func arguments(_ nodes: [TestNode], token: String) -> [String] {
        [
            "serve", "--name", name, "--data-dir", dataDirectory, "--listen-client-urls", url,
            "--advertise-client-urls", url, "--listen-peer-urls", peerURL,
            "--initial-advertise-peer-urls", peerURL, "--initial-cluster",
            nodes.map { "\($0.name)=\($0.peerURL)" }.joined(separator: ","),
            "--initial-cluster-token", token, "--stop-at-end-of-input",
        ]
    }

    /// Starts the process.
    func start(_ arguments: [String]) throws {
        precondition(!isRunning, "\(name) runs already")
        // The shell finds the prefix's program in the path, and is replaced by it.
        let words = ["/bin/sh", "-c", "exec \"$0\" \"$@\""] + prefix + [Places.synod] + arguments
        try child.withLock {
            $0 = try Spawner.start(words[0], Array(words.dropFirst()), log: log)
        }
    }

    var processID: pid_t? { child.withLock { $0?.processID } }

    /// It was started and has not ended.
    var isRunning: Bool {
        child.withLock { child in
            guard child != nil else { return false }
            return child?.hasEnded() == false
        }
    }

    /// How it ended; nil while it runs.
    var end: ChildProcess.End? {
        child.withLock { child in
            _ = child?.hasEnded()
            return child?.end
        }
    }

    /// Sends a signal, if it runs.
    func send(_ signal: Int32) {
        child.withLock { $0?.send(signal: signal) }
    }

    /// Sends a signal that ends the process, and waits until it has ended.
    func stop(_ signal: Int32, seconds: Double = 20) async throws {
        send(signal)
        try await waitForEnd(seconds: seconds)
    }

    func waitForEnd(seconds: Double = 20) async throws {
        try await wait("the end of \(name)", seconds: seconds) { !isRunning }
    }

    /// What it has logged; all its lives together.
    var logText: String {
        (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    }
}
