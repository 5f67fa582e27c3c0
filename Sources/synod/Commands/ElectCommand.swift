internal import EtcdMessages
internal import Glibc
internal import Protobuf
internal import SynodClient

/// `synod elect`: leads an election, or says who does.
enum ElectCommand {
    static let command = Command(
        name: "elect", arguments: "NAME VALUE", summary: "lead an election, or listen to one",
        details: """
            Waits until it leads the election NAME, prints its key and VALUE, and leads until a signal
            comes. With --listen NAME it prints the leader's key and value, each value that it says later,
            and each later leader, until it is stopped. A leader whose lease is lost ends with status 1.
            """,
        flags: [Flag(switch: "listen", "print who leads, and do not take part")]
            + LockCommand.flags,
        run: { values throws(UsageError) in
            let words = values.positional.map { Array($0.utf8) }
            if try values.boolean("listen") {
                guard words.count == 1 else { throw UsageError("NAME is needed, and nothing else") }
                return try listen(words[0], values)
            }
            guard words.count == 2, !words[0].isEmpty else {
                throw UsageError("NAME and VALUE are needed, and nothing else; quote spaces")
            }
            return try lead(words[0], words[1], values)
        })

    private static func lead(
        _ name: [UInt8], _ value: [UInt8], _ values: FlagValues
    ) throws(UsageError) -> ExitCode {
        let printer = try ResultPrinter(values)
        let seconds = Int64(try values.integer("ttl", in: 1...1_000_000))
        // Before any thread is there.
        let signals = SignalInbox([SIGINT, SIGTERM, SIGHUP])
        let client = try ClientCommand.client(values)
        defer { client.close() }
        var hasBegun = false
        let status = ContestRun(client, signals: signals).run(
            seconds: seconds,
            enter: { lease in
                do throws(ClientError) {
                    return .success(
                        try await client.campaign(
                            name, value: value, lease: lease,
                            timeoutMilliseconds: Limits.contestMilliseconds))
                } catch { return .failure(error) }
            },
            hold: { key, end in
                if !hasBegun { printer.held(key, value: value) }
                hasBegun = true
                switch end {
                case nil: return nil
                case .signal?: return ExitCode.success.rawValue
                case .lost?: return ExitCode.failed.rawValue
                }
            })
        return ExitCode(rawValue: status) ?? .failed
    }

    private static func listen(
        _ name: [UInt8], _ values: FlagValues
    ) throws(UsageError) -> ExitCode {
        let endpoints = try SnapshotSave.endpoints(values)
        let printer = try ResultPrinter(values)
        let request = LeaderRequest.with { $0.name = name }
        var last: (key: [UInt8], revision: Int64)?
        let nodes = try StreamFollower.Nodes(values, endpoints)
        let follower = StreamFollower(nodes, ElectionMethods.observe) {
            request.serializedBytes()
        } receive: { message in
            guard let response = try? LeaderResponse(serialized: message) else { return .taken }
            let (key, revision) = (response.kv.key, response.kv.modRevision)
            // Another node begins with what the last one has said.
            if let last, last == (key, revision) { return .taken }
            last = (key, revision)
            printer.leader(key: key, value: response.kv.value)
            return .taken
        }
        follower.closesInput = true
        return follower.run()
    }
}
