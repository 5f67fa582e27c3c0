internal import Glibc
internal import GRPC
internal import Replication
internal import SynodClient

/// `synod snapshot save FILE`.
enum SnapshotSave {
    static func run(_ path: String, _ values: FlagValues) throws(UsageError) -> ExitCode {
        let patience = UInt64(try values.integer("timeout", in: 1...3_600_000))
        let endpoints = try endpoints(values)
        var links = try SecurityFlags.links(values, to: endpoints)
        let tokens = try TokenSource(values, endpoints)
        do {
            links.token = try tokens.token()
            return try save(path, from: endpoints, links, patience)
        } catch let error as ClientError {
            return ClientCommand.report(error, isRead: true)
        } catch {
            Console.complain("\(error)")
            return .failed
        }
    }

    static func endpoints(_ values: FlagValues) throws(UsageError) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for text in values.list("endpoints") {
            guard let endpoint = Endpoint(text) else {
                throw UsageError("\(values.source("endpoints")): \"\(text)\" is not HOST:PORT")
            }
            endpoints.append(endpoint)
        }
        guard !endpoints.isEmpty else { throw UsageError("--endpoints: a node is needed") }
        return endpoints
    }

    /// Takes it from the first node that gives one.
    private static func save(
        _ path: String, from endpoints: [Endpoint], _ links: LinkSecurity, _ patience: UInt64
    ) throws -> ExitCode {
        let part = path + ".part"
        defer { unlink(part) }
        var isAbsent = true
        for endpoint in endpoints {
            let file = try PlainFile(making: part)
            var shown: UInt64 = 0
            let download = BackupDownload(into: file, patienceMilliseconds: patience) {
                received, total in
                guard received - shown >= Limits.backupProgressBytes else { return }
                shown = received
                Console.note("received \(received) of \(total) bytes")
            }
            let status = try download.run(endpoint, links)
            guard status.code == .ok else {
                Console.complain("\(endpoint): \(status.message)")
                if status.code != .unavailable, status.code != .deadlineExceeded {
                    isAbsent = false
                }
                continue
            }
            try file.sync()
            let backup = try BackupFile(part)
            try PlainFile.rename(part, to: path)
            Console.note(
                "received \(backup.byteCount) bytes of \(endpoint), revision \(backup.header.revision)"
            )
            Console.line("Snapshot saved at \(path)")
            return .success
        }
        return isAbsent ? .unavailable : .failed
    }
}
