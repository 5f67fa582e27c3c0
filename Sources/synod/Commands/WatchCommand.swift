internal import Basics
internal import EtcdMessages
internal import SynodClient

/// `synod watch`: prints changes as they come, until it is stopped.
enum WatchCommand {
    static let command = Command(
        name: "watch", arguments: "KEY [RANGE_END]", summary: "print changes as they come",
        details: """
            Prints each change of KEY, or with RANGE_END, --prefix or --from-key of the keys of the range:
            PUT or DELETE, the key, and the value. When a node goes away, the next of --endpoints is asked
            to go on behind the last change: none is missed, none comes twice. Ends with status 1 when
            changes that it still needs were compacted.
            """,
        flags: KeyArguments.flags + flags,
        run: { values throws(UsageError) in
            let endpoints = try SnapshotSave.endpoints(values)
            let printer = WatchPrinter(isJSON: try ResultPrinter(values).form == .json)
            let request = try request(values)
            let nodes = try StreamFollower.Nodes(values, endpoints)
            return WatchFollower(nodes, request, printer).run()
        })

    private static let flags: [Flag] =
        [
            Flag("rev", "REVISION", default: "0", "begin with this revision; 0: now"),
            Flag(switch: "prev-kv", "print the state before each change, too"),
            ClientCommand.endpointsFlag, ClientCommand.outputFlag,
        ] + SecurityFlags.all

    private static func request(_ values: FlagValues) throws(UsageError) -> WatchCreateRequest {
        // For the checks of words and flags.
        _ = try KeyArguments.range(values)
        let words = values.positional.map { Array($0.utf8) }
        var request = WatchCreateRequest()
        request.key = words[0]
        if words.count == 2 { request.rangeEnd = words[1] }
        if try values.boolean("from-key") { request.rangeEnd = [0] }
        if try values.boolean("prefix") { request.rangeEnd = words[0].firstBeyondPrefix ?? [0] }
        request.startRevision = Int64(try values.integer("rev", in: 0...Int.max))
        request.prevKv = try values.boolean("prev-kv")
        return request
    }
}
