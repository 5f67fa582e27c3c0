internal import Protobuf
internal import SynodClient

/// Prints answers the way the output flags ask for.
struct ResultPrinter: Sendable {
    /// The forms of --output.
    enum Form: String, CaseIterable, Sendable { case simple, json }
    /// How bytes appear in the simple form.
    enum Bytes: Sendable { case plain, hexadecimal, base64 }

    let form: Form
    var bytes = Bytes.plain
    var valuesOnly = false
    var keysOnly = false
    var countOnly = false

    init(_ values: FlagValues) throws(UsageError) {
        form = try values.choice("output", of: Form.self)
    }

    /// `OK` for what has no other answer.
    func done(_ info: ResponseInfo, previous: KeyValue? = nil) {
        switch form {
        case .simple:
            Console.line("OK")
            if let previous { print(previous) }
        case .json: json(members(info, previous))
        }
    }

    func get(_ result: GetResult) {
        if form == .json {
            json(members(result))
        } else if countOnly {
            Console.line(String(result.count))
        } else {
            for pair in result.pairs { print(pair) }
        }
    }

    func delete(_ result: DeleteResult) {
        switch form {
        case .simple:
            Console.line(String(result.deleted))
            for pair in result.previous { print(pair) }
        case .json: json(members(result))
        }
    }

    func transaction(_ result: TransactionResult) {
        guard form == .simple else { return json(members(result)) }
        Console.line(result.succeeded ? "SUCCESS" : "FAILURE")
        for result in result.results {
            Console.line()
            switch result {
            case .get(let result): get(result)
            case .put(let result): done(result.info, previous: result.previous)
            case .delete(let result): delete(result)
            case .transaction(let result): transaction(result)
            }
        }
    }

    /// A key and its value, each on a line.
    private func print(_ pair: KeyValue) {
        if !valuesOnly { Console.write(encoded(pair.key) + [UInt8(ascii: "\n")]) }
        if !keysOnly { Console.write(encoded(pair.value) + [UInt8(ascii: "\n")]) }
    }

    private func encoded(_ value: [UInt8]) -> [UInt8] {
        switch bytes {
        case .plain: value
        case .hexadecimal: Array(Hexadecimal.escaped(value).utf8)
        case .base64: Array(Base64.encode(value).utf8)
        }
    }

    /// One JSON object, on a line.
    func json(_ members: [(String, JSONText.Value)]) {
        Console.line(JSONText.encode(.object(members)))
    }

    func json(_ info: ResponseInfo) -> JSONText.Value {
        .object([
            ("cluster_id", .unsigned(info.clusterID)), ("member_id", .unsigned(info.memberID)),
            ("revision", .number(info.revision)), ("raft_term", .unsigned(info.ballotRound)),
        ])
    }

    func json(_ pair: KeyValue) -> JSONText.Value {
        .object(
            [
                ("key", .bytes(pair.key)), ("create_revision", .number(pair.createRevision)),
                ("mod_revision", .number(pair.modRevision)), ("version", .number(pair.version)),
                ("value", .bytes(pair.value)),
            ] + (pair.lease == 0 ? [] : [("lease", .number(pair.lease))]))
    }

    private func members(
        _ info: ResponseInfo, _ previous: KeyValue?
    ) -> [(String, JSONText.Value)] {
        [("header", json(info))] + (previous.map { [("prev_kv", json($0))] } ?? [])
    }

    private func members(_ result: GetResult) -> [(String, JSONText.Value)] {
        [
            ("header", json(result.info)), ("kvs", .list(result.pairs.map(json))),
            ("more", .boolean(result.hasMore)), ("count", .number(result.count)),
        ]
    }

    private func members(_ result: DeleteResult) -> [(String, JSONText.Value)] {
        [("header", json(result.info)), ("deleted", .number(result.deleted))]
            + (result.previous.isEmpty ? [] : [("prev_kvs", .list(result.previous.map(json)))])
    }

    private func members(_ result: TransactionResult) -> [(String, JSONText.Value)] {
        [
            ("header", json(result.info)), ("succeeded", .boolean(result.succeeded)),
            ("responses", .list(result.results.map(member))),
        ]
    }

    private func member(_ result: OperationResult) -> JSONText.Value {
        switch result {
        case .get(let result): .object([("response_range", .object(members(result)))])
        case .put(let result):
            .object([("response_put", .object(members(result.info, result.previous)))])
        case .delete(let result): .object([("response_delete_range", .object(members(result)))])
        case .transaction(let result): .object([("response_txn", .object(members(result)))])
        }
    }
}
