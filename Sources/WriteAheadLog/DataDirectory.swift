package import Paxos

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A data directory, held by this process alone until it is closed. All calls block: they are for the
/// start and for the rare changes of identity.
package final class DataDirectory {
    package let path: String
    /// Nil in a directory that was never used.
    package private(set) var identity: Identity?
    private var lock: Int32

    /// Of the file `LOCK`: open as long as this process holds the directory.
    package var lockDescriptor: Int32 { lock }
    /// Where the log's segments lie.
    package var logPath: String { path + "/log" }
    private var identityPath: String { path + "/identity" }
    /// Says why this life of the directory is over.
    var endOfLifePath: String { path + "/ended" }

    /// Who the directory must belong to, if it belongs to anybody.
    package struct Expectation {
        /// Nil: whichever id it was given.
        package let replica: ReplicaID?
        package let memberName: String
        package let clusterTokenHash: UInt64
        package init(replica: ReplicaID?, memberName: String, clusterTokenHash: UInt64) {
            self.replica = replica
            self.memberName = memberName
            self.clusterTokenHash = clusterTokenHash
        }
    }

    /// Makes the directory if there is none, locks it, and reads its identity. One that is lost ends the life of the
    /// directory if `mending` says how, and is refused otherwise.
    package init(
        _ path: String, expecting expected: Expectation?, mending: Mending? = nil
    ) throws(DirectoryError) {
        self.path = path
        lock = -1
        lock = try Self.performing { () throws(DiskError) in
            try Posix.makeDirectory(path)
            try Posix.makeDirectory(path + "/log")
            try Posix.syncDirectory(path)
            try Posix.syncDirectory(path + "/..")
            return try Posix.open(path + "/LOCK", O_RDWR | O_CREAT)
        }
        do throws(DirectoryError) {
            try takeLock()
            do throws(DirectoryError) {
                identity = try readIdentity()
            } catch {
                guard error.isLostIdentity, let mending, let expected else { throw error }
                try mend(error, mending, expected)
            }
            if let expected { try check(expected) }
        } catch {
            close()
            throw error
        }
    }

    deinit { close() }

    /// Gives the directory to another process.
    package func close() {
        guard lock >= 0 else { return }
        Posix.close(lock)
        lock = -1
    }

    /// Makes an identity durable: the first one, or a changed one.
    package func setIdentity(_ identity: Identity) throws(DirectoryError) {
        precondition(lock >= 0, "the directory is closed")
        let (path, target) = (path, identityPath)
        let bytes = identity.encode()
        try Self.performing { () throws(DiskError) in
            try Self.writeDurably(bytes, target + ".new")
            try Posix.rename(target + ".new", target)
            try Posix.syncDirectory(path)
        }
        self.identity = identity
    }

    /// Notes that the log's first segment is durable: from now on an absent log is a lost one.
    package func noteLog() throws(DirectoryError) {
        guard var next = identity else { preconditionFailure("a directory with an identity") }
        next.hasLog = true
        try setIdentity(next)
    }

    private func takeLock() throws(DirectoryError) {
        var waited = 0
        while flock(lock, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw .disk(Posix.failure("lock", path + "/LOCK"))
            }
            // A killed process holds its lock until it is fully gone.
            guard waited < Limits.lockRetryMilliseconds else {
                throw .locked(path: path, holder: holder())
            }
            usleep(20_000)
            waited += 20
        }
        let text = [UInt8]("\(getpid())\n".utf8)
        try Self.performing { [lock, path] () throws(DiskError) in
            guard ftruncate(lock, 0) == 0 else { throw Posix.failure("write", path + "/LOCK") }
            try Self.write(text, lock, path + "/LOCK")
        }
    }

    /// Who wrote its number into the lock file, in words.
    private func holder() -> String {
        guard let text = try? readAll(path + "/LOCK"), let newline = text.firstIndex(of: 10),
            let number = Int(String(decoding: text[..<newline], as: UTF8.self))
        else { return "" }
        return " (number \(number))"
    }

    private func readIdentity() throws(DirectoryError) -> Identity? {
        guard Posix.exists(identityPath) else {
            let names = try Self.performing { [logPath] () throws(DiskError) in
                try Posix.names(in: logPath)
            }
            guard !names.contains(where: { SegmentName.number($0) != nil }) else {
                throw .missingIdentity(path: path)
            }
            return nil
        }
        switch Identity.read(try readAll(identityPath)) {
        case .identity(let identity): return identity
        case .newer(let version): throw .newerFormat(path: path, version: version)
        case .damaged: throw .damagedIdentity(path: path)
        }
    }

    private func check(_ expected: Expectation) throws(DirectoryError) {
        guard let identity else { return }
        let replica = expected.replica ?? identity.replica
        guard identity.replica == replica, identity.memberName == expected.memberName else {
            throw .otherMember(
                path: path,
                found: "\(identity.memberName) (\(SegmentName.padded(identity.replica.rawValue)))",
                expected: "\(expected.memberName) (\(SegmentName.padded(replica.rawValue)))")
        }
        guard identity.clusterTokenHash == expected.clusterTokenHash else {
            throw .otherCluster(path: path)
        }
    }

    func readAll(_ file: String) throws(DirectoryError) -> [UInt8] {
        try Self.performing { () throws(DiskError) in
            let descriptor = try Posix.open(file, O_RDONLY)
            defer { Posix.close(descriptor) }
            let buffer = UnsafeMutableRawBufferPointer.allocate(
                byteCount: Limits.identityBytes, alignment: 8)
            defer { buffer.deallocate() }
            let count = try Posix.read(descriptor, into: buffer, at: 0, path: file)
            return [UInt8](buffer[..<count])
        }
    }

    static func writeDurably(_ bytes: [UInt8], _ file: String) throws(DiskError) {
        let descriptor = try Posix.open(file, O_WRONLY | O_CREAT | O_TRUNC)
        defer { Posix.close(descriptor) }
        try write(bytes, descriptor, file)
        try Posix.syncData(descriptor, path: file)
    }

    private static func write(
        _ bytes: [UInt8], _ descriptor: Int32, _ file: String
    ) throws(DiskError) {
        var result: Result<Void, DiskError> = .success(())
        bytes.withUnsafeBytes { buffer in
            do throws(DiskError) {
                try Posix.writeAll(descriptor, buffer, at: 0, path: file)
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
    }

    static func performing<Result>(
        _ body: () throws(DiskError) -> Result
    ) throws(DirectoryError) -> Result {
        do throws(DiskError) { return try body() } catch { throw .disk(error) }
    }
}
