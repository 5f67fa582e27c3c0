import Foundation

/// One connection that abuses a node, on a thread of its own, until it is closed or the time is up.
struct Attacker: Sendable {
    let abuse: Abuse
    let port: UInt16
    let seconds: Double
    private static let roundsPerWrite = 50

    /// Attacks. Returns whether the node has ended the connection.
    func run() async -> Bool {
        await withCheckedContinuation { done in
            Thread.detachNewThread { done.resume(returning: attack()) }
        }
    }

    private func attack() -> Bool {
        let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { return true }
        let opening = Abuse.preface + Abuse.frame(4) + abuse.opening
        guard send(opening[...], on: socket) else { return true }
        return repeatRounds(on: socket)
    }

    private func repeatRounds(on socket: Int32) -> Bool {
        let end = Date().addingTimeInterval(seconds)
        var round = abuse.opening.isEmpty ? 0 : 1
        while Date() < end {
            var bytes: [UInt8] = []
            for _ in 0..<Self.roundsPerWrite {
                bytes += abuse.round(round)
                round += 1
            }
            if bytes.isEmpty { usleep(10_000) }
            guard send(bytes[...], on: socket) else { return true }
            if abuse.reads, hasEnded(socket) { return true }
        }
        return false
    }

    /// Sends without waiting for ever. False: the other side has closed.
    private func send(_ bytes: ArraySlice<UInt8>, on socket: Int32) -> Bool {
        var rest = bytes
        let end = Date().addingTimeInterval(seconds)
        while !rest.isEmpty, Date() < end {
            let count = rest.withUnsafeBytes {
                Foundation.send(
                    socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                if abuse.reads, hasEnded(socket) { return false }
                usleep(1_000)
            } else {
                return false
            }
        }
        return true
    }

    /// Reads away what has come.
    private func hasEnded(_ socket: Int32) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(socket, &chunk, chunk.count, Int32(MSG_DONTWAIT))
            if count == 0 || (count < 0 && errno != EAGAIN) { return true }
            if count < 0 { return false }
        }
    }
}
