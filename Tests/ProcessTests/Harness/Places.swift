import Foundation
import Synchronization

@testable import synod

/// Where things are, and what is free.
enum Places {
    /// The folder of the built programs, which is that of the running tests.
    static let build: String = {
        let program = Files.ownProgram()
        return String(program[..<(program.lastIndex(of: "/") ?? program.endIndex)])
    }()

    /// The program under test: SYNOD_BINARY, or the one that was built with the tests.
    static let synod = ProcessInfo.processInfo.environment["SYNOD_BINARY"] ?? build + "/synod"

    /// A new directory on the disk that holds the build, which is no memory disk.
    static func temporaryDirectory() throws -> String {
        let path = "\(build)/process-tests/\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// Below the ports that the system gives to outgoing connections, so that a node finds its port
    /// free again when it is started a second time.
    private static let ports = 12_000..<30_000
    private static let nextPort = Mutex(Int.random(in: 12_000..<29_000))

    /// Ports that nobody listens on and that no other test got.
    static func freePorts(_ count: Int) -> [UInt16] {
        var found: [UInt16] = []
        while found.count < count {
            let port = nextPort.withLock { next in
                next = next + 1 < ports.upperBound ? next + 1 : ports.lowerBound
                return UInt16(next)
            }
            if isFree(port) { found.append(port) }
        }
        return found
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
