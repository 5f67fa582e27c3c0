internal import Glibc

/// Finds TCP ports of the loopback interface that nobody uses.
enum FreePorts {
    /// Replaces each 0 by a free port. They are all held at once, so that none comes twice.
    static func filled(_ ports: [UInt16]) throws(SystemError) -> [UInt16] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        var filled: [UInt16] = []
        for port in ports {
            if port != 0 {
                filled.append(port)
            } else {
                let (socket, found) = try hold()
                sockets.append(socket)
                filled.append(found)
            }
        }
        return filled
    }

    private static func hold() throws(SystemError) -> (socket: Int32, port: UInt16) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw SystemError("no socket", errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(socket, pointer, length) != 0 ? -1 : getsockname(socket, pointer, &length)
            }
        }
        guard result == 0 else {
            let code = errno
            close(socket)
            throw SystemError("no free port", code)
        }
        return (socket, UInt16(bigEndian: address.sin_port))
    }
}
