import Foundation
import Synchronization

/// A TCP proxy before a node that loses replies: every few moments it swallows what the node sends on
/// one connection, and closes that soon after, so that the client does not know what became of its
/// requests.
final class ReplyThief: Sendable {
    /// Where clients find it.
    let port: UInt16

    private struct Pair {
        let client: Int32
        let server: Int32
        /// From now on the server's bytes are swallowed, until then; nil: nothing is.
        var closesAt: UInt64?
        var hasLost = false
    }

    private struct State {
        var isStopped = false
        var thefts = 0
    }

    private let target: UInt16
    private let listener: Int32
    private let state = Mutex(State())
    private static let pauseMilliseconds: ClosedRange<UInt64> = 20...80
    private static let swallowMilliseconds: ClosedRange<UInt64> = 5...30
    private static let pollMilliseconds: Int32 = 5

    init(target: UInt16) throws {
        self.target = target
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let listener = listener
        let isBound = Self.withAddress(port: 0) { bind(listener, $0, $1) } == 0
        guard isBound, listen(listener, 128) == 0, let port = Self.boundPort(listener) else {
            close(listener)
            throw WaitTimeout(description: "no port for a proxy")
        }
        self.port = port
        Thread.detachNewThread { self.run() }
    }

    /// Connections of which at least one reply was lost.
    var thefts: Int { state.withLock { $0.thefts } }

    func stop() { state.withLock { $0.isStopped = true } }

    private func run() {
        var pairs: [Pair] = []
        var nextTheft = Self.now + Self.pauseMilliseconds.upperBound
        while !state.withLock({ $0.isStopped }) {
            var polled = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
            for pair in pairs {
                polled.append(pollfd(fd: pair.client, events: Int16(POLLIN), revents: 0))
                polled.append(pollfd(fd: pair.server, events: Int16(POLLIN), revents: 0))
            }
            guard poll(&polled, nfds_t(polled.count), Self.pollMilliseconds) >= 0 else { continue }
            var ended: Set<Int> = []
            for index in pairs.indices {
                let isOpen =
                    forward(polled[2 * index + 1], from: pairs[index].client, &pairs[index])
                    && forward(polled[2 * index + 2], from: pairs[index].server, &pairs[index])
                if !isOpen || (pairs[index].closesAt ?? .max) <= Self.now { ended.insert(index) }
            }
            for index in ended.sorted().reversed() { end(pairs.remove(at: index)) }
            if polled[0].revents != 0, let pair = accepted() { pairs.append(pair) }
            if Self.now >= nextTheft {
                nextTheft = Self.now + UInt64.random(in: Self.pauseMilliseconds)
                if let index = pairs.indices.randomElement(), pairs[index].closesAt == nil {
                    pairs[index].closesAt = Self.now + UInt64.random(in: Self.swallowMilliseconds)
                }
            }
        }
        for pair in pairs { end(pair) }
        close(listener)
    }

    /// Moves what came on one side to the other one; false if the side has closed.
    private func forward(_ polled: pollfd, from source: Int32, _ pair: inout Pair) -> Bool {
        guard polled.revents != 0 else { return true }
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(source, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        if source == pair.server, pair.closesAt != nil {
            if !pair.hasLost { state.withLock { $0.thefts += 1 } }
            pair.hasLost = true
            return true
        }
        let target = source == pair.client ? pair.server : pair.client
        var sent = 0
        while sent < count {
            let part = chunk[sent..<count].withUnsafeBytes {
                send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard part > 0 else { return false }
            sent += part
        }
        return true
    }

    private func accepted() -> Pair? {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return nil }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard Self.withAddress(port: target, { connect(server, $0, $1) }) == 0 else {
            // The node is dead.
            close(client)
            close(server)
            return nil
        }
        return Pair(client: client, server: server)
    }

    private func end(_ pair: Pair) {
        close(pair.client)
        close(pair.server)
    }

    private static var now: UInt64 { DispatchTime.now().uptimeNanoseconds / 1_000_000 }

    private static func withAddress(
        port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func boundPort(_ descriptor: Int32) -> UInt16? {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &size)
            }
        }
        return result == 0 ? UInt16(bigEndian: address.sin_port) : nil
    }
}
