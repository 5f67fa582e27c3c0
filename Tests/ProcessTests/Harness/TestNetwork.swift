import Foundation

/// Network namespaces that are joined by a bridge in ours. All names carry this process's id.
struct TestNetwork: Sendable {
    private let count: Int
    private let tag = "s\(getpid() % 100_000)"
    /// A private network that is nobody's; its third number keeps runs apart.
    private let subnet = "10.213.\(getpid() % 250 + 1)"

    /// Namespaces can be made here.
    static let isPossible: Bool = {
        guard getuid() == 0 else { return false }
        let probe = "sprobe\(getpid())"
        let result = system(
            "ip netns add \(probe) 2>/dev/null && ip netns del \(probe) 2>/dev/null")
        return result == 0
    }()

    /// Makes the namespaces, or throws and leaves nothing behind.
    init(count: Int) async throws {
        self.count = count
        do {
            try await ip("link", "add", bridge, "type", "bridge")
            try await ip("addr", "add", "\(subnet).254/24", "dev", bridge)
            try await ip("link", "set", bridge, "up")
            for index in 0..<count { try await join(index) }
        } catch {
            await end()
            throw error
        }
    }

    func name(_ index: Int) -> String { "\(tag)n\(index)" }
    func address(_ index: Int) -> String { "\(subnet).\(index + 1)" }

    /// Pulls the cable of one namespace.
    func cut(_ index: Int) async throws { try await ip("link", "set", port(index), "down") }

    /// Plugs it in again.
    func heal(_ index: Int) async throws { try await ip("link", "set", port(index), "up") }

    /// What one node sends to another is lost from now on, without a word to either; the other way is open.
    /// The sender believes the receiver to be at an address of the cable that nobody has.
    func cut(from sender: Int, to receiver: Int) async throws {
        try await ip(
            "-n", name(sender), "neigh", "replace", address(receiver), "lladdr",
            "02:00:00:00:00:01",
            "nud", "permanent", "dev", "eth0")
    }

    /// The way is open again.
    func heal(from sender: Int, to receiver: Int) async throws {
        try await ip("-n", name(sender), "neigh", "del", address(receiver), "dev", "eth0")
    }

    /// Removes everything.
    func end() async {
        for index in 0..<count {
            try? await ip("netns", "del", name(index))
            try? await ip("link", "del", port(index))
        }
        try? await ip("link", "del", bridge)
    }

    private var bridge: String { "\(tag)b" }
    /// Our end of a namespace's cable.
    private func port(_ index: Int) -> String { "\(tag)p\(index)" }

    private func join(_ index: Int) async throws {
        try await ip("netns", "add", name(index))
        try await ip(
            "link", "add", port(index), "type", "veth", "peer", "name", "eth0", "netns", name(index)
        )
        try await ip("link", "set", port(index), "master", bridge)
        try await ip("link", "set", port(index), "up")
        try await ip("-n", name(index), "addr", "add", "\(address(index))/24", "dev", "eth0")
        try await ip("-n", name(index), "link", "set", "eth0", "up")
        try await ip("-n", name(index), "link", "set", "lo", "up")
    }

    private func ip(_ words: String...) async throws {
        let result = try await Tool.run("/usr/bin/env", ["ip"] + words)
        guard result.status == 0 else {
            throw WaitTimeout(description: "ip \(words.joined(separator: " ")): \(result.output)")
        }
    }
}
