import Foundation

/// File systems in memory, one for each of some directories, that can be filled to the last byte.
struct SmallDisk: Sendable {
    private let directories: [String]

    /// File systems can be mounted here.
    static let isPossible: Bool = {
        guard getuid() == 0 else { return false }
        let probe = NSTemporaryDirectory() + "synod-mount-\(getpid())"
        let result = system(
            "mkdir -p \(probe) && mount -t tmpfs -o size=64k tmpfs \(probe) 2>/dev/null"
                + " && umount \(probe); status=$?; rmdir \(probe); exit $status")
        return result == 0
    }()

    init(_ directories: [String], mebibytes: Int) async throws {
        self.directories = directories
        for directory in directories {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
            let result = try await Tool.run(
                "/usr/bin/env",
                ["mount", "-t", "tmpfs", "-o", "size=\(mebibytes)m,mode=700", "tmpfs", directory])
            guard result.status == 0 else {
                await end()
                throw WaitTimeout(description: "no file system: \(result.output)")
            }
        }
    }

    /// Takes all room that is left in one of them.
    func fill(_ place: Int) throws {
        let descriptor = open(ballast(place), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        let bytes = [UInt8](repeating: 1, count: 64 << 10)
        var count = bytes.count
        while count > 0 {
            if write(descriptor, bytes, count) < count { count /= 2 }
        }
        guard errno == ENOSPC else { throw WaitTimeout(description: "the disk is not full") }
    }

    /// Gives the room back.
    func empty(_ place: Int) throws { unlink(ballast(place)) }

    func end() async {
        for directory in directories {
            _ = try? await Tool.run("/usr/bin/env", ["umount", "-l", directory])
        }
    }

    private func ballast(_ place: Int) -> String { directories[place] + "/ballast" }
}
