/// A node of a local cluster: what it is called and where it serves.
struct LocalNode: Sendable {
    let name: String
    let clientPort: UInt16
    let peerPort: UInt16

    /// Where clients go.
    var endpoint: String { "127.0.0.1:\(clientPort)" }
    /// Where clients go, as a URL.
    var clientURL: String { "http://127.0.0.1:\(clientPort)" }
    /// Where peers go, as a URL.
    var peerURL: String { "http://127.0.0.1:\(peerPort)" }

    /// The words behind `synod` that start it as one of `nodes`.
    func arguments(among nodes: [LocalNode], directory: String) -> [String] {
        [
            "serve", "--name", name, "--data-dir", "\(directory)/\(name)",
            "--listen-client-urls", clientURL, "--advertise-client-urls", clientURL,
            "--listen-peer-urls", peerURL, "--initial-advertise-peer-urls", peerURL,
            "--initial-cluster",
            nodes.map { "\($0.name)=\($0.peerURL)" }.joined(separator: ","),
            "--initial-cluster-token", "synod-cluster", "--stop-at-end-of-input",
        ]
    }
}
