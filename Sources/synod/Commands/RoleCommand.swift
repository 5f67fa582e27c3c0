internal import Basics
internal import SynodClient

/// `synod role`: what users may do.
enum RoleCommand {
    static let role = ClientCommand(
        name: "role",
        arguments:
            "add NAME|delete NAME|get NAME|list|grant-permission NAME read|write|readwrite KEY "
            + "[RANGE_END]|revoke-permission NAME KEY [RANGE_END]",
        summary: "list the roles, or change what they permit",
        details: """
            add NAME              makes a role, which permits nothing.
            delete NAME           takes a role away, from its users, too.
            get NAME              prints what a role permits: read, write or readwrite, and the keys.
            list                  prints the names of all roles.
            grant-permission      permits something on KEY, or on the keys up to RANGE_END; with --prefix on
                                  all that begin with KEY, with --from-key on all from KEY on. What is
                                  permitted on the same range gives way.
            revoke-permission     takes away what is permitted on exactly this range.

            What a user may do is the union of what its roles permit. The role `root` permits everything.
            """,
        flags: KeyArguments.flags,
        isRead: false,
        perform: { context in
            let (verb, words) = try context.verb(among: "add, delete, get, list")
            try await perform(verb, words, context, try ResultPrinter(context.values))
            return .success
        })

    private static func perform(
        _ verb: String, _ words: [String], _ context: ClientCommand.Context,
        _ printer: ResultPrinter
    ) async throws {
        let client = context.client
        switch (verb, words.count) {
        case ("add", 1):
            try await client.addRole(words[0])
            printer.said("role \(words[0]) is added")
        case ("delete", 1):
            try await client.deleteRole(words[0])
            printer.said("role \(words[0]) is deleted")
        case ("get", 1): print(try await client.permissions(ofRole: words[0]), printer)
        case ("list", 0): printer.names("roles", try await client.roles())
        case ("grant-permission", 3...4):
            guard let kind = KeyPermission.Kind(rawValue: words[1]) else {
                throw UsageError("\"\(words[1])\" is none of read, write, readwrite")
            }
            let (key, end) = try range(Array(words.dropFirst(2)), context.values)
            try await client.grant(
                KeyPermission(kind, key: key, rangeEnd: end), toRole: words[0])
            printer.said("role \(words[0]) permits it")
        case ("revoke-permission", 2...3):
            let (key, end) = try range(Array(words.dropFirst()), context.values)
            try await client.revokePermission(onKey: key, rangeEnd: end, ofRole: words[0])
            printer.said("role \(words[0]) permits it no more")
        default:
            throw UsageError(
                "\"\(verb)\" with \(words.count) words is nothing: add, delete, get, list,"
                    + " grant-permission, revoke-permission")
        }
    }

    /// As etcdctl: all keys are those from the lowest one on.
    private static func range(
        _ words: [String], _ values: FlagValues
    ) throws(UsageError) -> (key: [UInt8], end: [UInt8]) {
        let (isPrefix, isOpen) = (try values.boolean("prefix"), try values.boolean("from-key"))
        guard [words.count == 2, isPrefix, isOpen].filter({ $0 }).count <= 1 else {
            throw UsageError("only one of RANGE_END, --prefix and --from-key may be given")
        }
        let key = Array(words[0].utf8)
        if isPrefix, !key.isEmpty { return (key, key.firstBeyondPrefix ?? [0]) }
        if isPrefix || isOpen { return (key.isEmpty ? [0] : key, [0]) }
        return (key, words.count == 2 ? Array(words[1].utf8) : [])
    }

    private static func print(_ permissions: [KeyPermission], _ printer: ResultPrinter) {
        func text(_ bytes: [UInt8]) -> String {
            bytes.isEmpty || bytes == [0] ? "\"\\0\"" : String(decoding: bytes, as: UTF8.self)
        }
        guard printer.form == .json else {
            for permission in permissions {
                let end = permission.rangeEnd.isEmpty ? "" : " " + text(permission.rangeEnd)
                Console.line("\(permission.kind.rawValue) \(text(permission.key))\(end)")
            }
            return
        }
        let list = permissions.map { permission in
            JSONText.Value.object([
                ("permType", .text(permission.kind.rawValue.uppercased())),
                ("key", .bytes(permission.key)),
                ("range_end", .bytes(permission.rangeEnd)),
            ])
        }
        printer.json([("perm", .list(list))])
    }
}
