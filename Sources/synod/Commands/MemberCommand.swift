internal import SynodClient

/// `synod member`: who the members are, and how they come and go.
enum MemberCommand {
    static let member = ClientCommand(
        name: "member",
        arguments: "list|add NAME|promote ID|remove ID|update ID|replace ID NAME",
        summary: "list the members, or change them",
        details: """
            list              prints a line for each member: id, whether it has ever started, name, peer
                              URLs, client URLs, whether it is a learner.
            add NAME          adds a member that is found at --peer-urls, and prints the variables with
                              which `synod serve` starts it, with an empty data directory. It catches up
                              without a vote and votes as soon as it has. With --learner it waits for
                              `promote` instead.
            promote ID        makes a learner that has caught up a voter.
            remove ID         takes a member's vote and seat away, for ever; its node ends by itself.
            update ID         says that a member is found at other --peer-urls; then restart it there.
            replace ID NAME   removes one member and adds another one, in one change; prints what add does.

            An ID is written as list prints it. Every node takes these orders. A change is refused if the
            members that are left could not serve, and an addition while a member that votes is down.
            """,
        flags: [
            Flag("peer-urls", "URL,...", "where the member listens for its peers"),
            Flag(switch: "learner", "add a member that has no vote until it is promoted"),
        ],
        isRead: false,
        perform: { context in
            let (verb, words) = try context.verb(among: "list, add")
            let printer = MemberPrinter(form: try ResultPrinter(context.values).form)
            try await perform(verb, words, context, printer)
            return .success
        })

    private static func perform(
        _ verb: String, _ words: [String], _ context: ClientCommand.Context,
        _ printer: MemberPrinter
    ) async throws {
        let (client, values) = (context.client, context.values)
        switch (verb, words.count) {
        case ("list", 0):
            printer.list(try await client.members())
        case ("add", 1):
            let isLearner = try values.boolean("learner")
            let result = try await client.addMember(
                peerURLs: try urls(values), isLearner: isLearner)
            printer.added(result, isLearner ? "added as learner to" : "added to", name: words[0])
        case ("promote", 1):
            let id = try id(words[0])
            printer.changed(try await client.promoteMember(id), id, "promoted in")
        case ("remove", 1):
            let id = try id(words[0])
            printer.changed(try await client.removeMember(id), id, "removed from")
        case ("update", 1):
            let id = try id(words[0])
            let result = try await client.updateMember(id, peerURLs: try urls(values))
            printer.changed(result, id, "updated in")
        case ("replace", 2):
            let id = try id(words[0])
            let result = try await client.replaceMember(id, peerURLs: try urls(values))
            printer.replaced(result, id, name: words[1])
        case ("list", _), ("add", _), ("promote", _), ("remove", _), ("update", _), ("replace", _):
            throw UsageError("\(verb) is given other words than it takes")
        default:
            throw UsageError("\"\(verb)\" is none of list, add, promote, remove, update, replace")
        }
    }

    private static func urls(_ values: FlagValues) throws(UsageError) -> [String] {
        try ServeURL.list(values.list("peer-urls"), source: values.source("peer-urls"))
            .map(\.description)
    }

    /// As `list` prints it, and as etcdctl does.
    private static func id(_ word: String) throws(UsageError) -> UInt64 {
        guard let id = UInt64(word, radix: 16), id > 0 else {
            throw UsageError(
                "\"\(word)\" is no member's id: hexadecimal digits, as list prints them")
        }
        return id
    }
}
