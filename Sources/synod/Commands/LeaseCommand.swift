internal import SynodClient

/// `synod lease`: promises that keys exist for a time.
enum LeaseCommand {
    static let lease = ClientCommand(
        name: "lease", arguments: "grant SECONDS|revoke ID|keep-alive ID|timetolive ID|list",
        summary: "make, renew, end and list leases",
        details: """
            grant SECONDS     makes a lease and prints its id; `synod put --lease ID` binds keys to it.
            revoke ID         ends a lease, and its keys.
            keep-alive ID     renews a lease again and again, in a third of its time; once with --once.
                              Ends with status 1 when the lease is over.
            timetolive ID     prints how long a lease lasts; with --keys which keys go with it.
            list              prints the ids of all leases.

            An ID is hexadecimal, as grant prints it.
            """,
        flags: [
            Flag(switch: "once", "keep-alive: renew it once"),
            Flag(switch: "keys", "timetolive: print its keys, too"),
        ],
        isRead: false,
        perform: { context in
            let (verb, words) = try context.verb(among: "grant, revoke, keep-alive")
            let printer = LeasePrinter(try ResultPrinter(context.values))
            return try await perform(verb, words, context, printer)
        })

    private static func perform(
        _ verb: String, _ words: [String], _ context: ClientCommand.Context, _ printer: LeasePrinter
    ) async throws -> ExitCode {
        let client = context.client
        switch (verb, words.count) {
        case ("grant", 1):
            guard let seconds = Int64(words[0]), seconds > 0 else {
                throw UsageError("\"\(words[0])\" is no number of seconds")
            }
            printer.granted(try await client.grantLease(seconds: seconds))
        case ("revoke", 1):
            let id = try id(words[0])
            printer.revoked(id, try await client.revokeLease(id))
        case ("keep-alive", 1):
            let isOnce = try context.values.boolean("once")
            return try await keepAlive(try id(words[0]), isOnce: isOnce, client, printer)
        case ("timetolive", 1):
            let hasKeys = try context.values.boolean("keys")
            printer.state(
                try await client.lease(try id(words[0]), includesKeys: hasKeys), hasKeys: hasKeys)
        case ("list", 0):
            printer.list(try await client.leases())
        case ("grant", _), ("revoke", _), ("keep-alive", _), ("timetolive", _), ("list", _):
            throw UsageError("\(verb) is given other words than it takes")
        default:
            throw UsageError(
                "\"\(verb)\" is none of grant, revoke, keep-alive, timetolive, list")
        }
        return .success
    }

    private static func keepAlive(
        _ id: Int64, isOnce: Bool, _ client: Client, _ printer: LeasePrinter
    ) async throws -> ExitCode {
        while true {
            guard let seconds = try await client.renewLease(id) else {
                printer.ended(id)
                return .failed
            }
            printer.renewed(id, seconds)
            if isOnce || Console.hasLostOutput { return .success }
            try await Task.sleep(for: .milliseconds(LeaseKeeper.pause(seconds: seconds)))
        }
    }

    /// As grant prints it, and as etcdctl does.
    static func id(_ word: String) throws(UsageError) -> Int64 {
        guard let id = Int64(word, radix: 16) else {
            throw UsageError(
                "\"\(word)\" is no lease's id: hexadecimal digits, as grant prints them")
        }
        return id
    }
}
