internal import SynodClient

/// `synod status`: what each node says of itself.
enum StatusCommand {
    static let status = ClientCommand(
        name: "status", arguments: "", summary: "ask every node how it is",
        details: """
            Asks every node of --endpoints and prints a line for each: its member id, whether it
            leads, the ballot's round, the decided and the applied slot, how far it is behind if it
            catches up, and what is wrong with it.
            A node that does not answer gives status 3.
            """,
        flags: [], isRead: true,
        perform: { context in
            guard context.values.positional.isEmpty else { throw UsageError("no words are needed") }
            return await run(context.client, try ResultPrinter(context.values))
        })

    private static let columns = [
        "ENDPOINT", "MEMBER", "VERSION", "ROLE", "ROUND", "DECIDED", "APPLIED", "BYTES",
        "BEHIND", "PROBLEMS",
    ]

    private static func run(_ client: Client, _ printer: ResultPrinter) async -> ExitCode {
        var rows = [columns]
        var objects: [JSONText.Value] = []
        var code = ExitCode.success
        for endpoint in client.endpoints {
            do throws(ClientError) {
                let status = try await client.status(endpoint)
                rows.append(row(endpoint, status))
                objects.append(json(endpoint, status, printer))
            } catch {
                code = .unavailable
                rows.append([
                    "\(endpoint)", "-", "-", "down", "-", "-", "-", "-", "-", error.message,
                ])
                objects.append(
                    .object([("Endpoint", .text("\(endpoint)")), ("Error", .text(error.message))]))
            }
        }
        switch printer.form {
        case .simple: Console.write(table(rows))
        case .json: Console.line(JSONText.encode(.list(objects)))
        }
        return code
    }

    private static func row(_ endpoint: Endpoint, _ status: StatusResult) -> [String] {
        let role = status.isLeader ? "leader" : status.isLearner ? "learner" : "follower"
        return [
            "\(endpoint)", Hexadecimal.id(status.info.memberID), status.version, role,
            "\(status.ballotRound)", "\(status.decidedSlot)", "\(status.appliedSlot)",
            "\(status.storedBytes)", behind(status),
            status.errors.isEmpty ? "-" : status.errors.joined(separator: "; "),
        ]
    }

    /// `8000 slots, 64000 B/s, 4 s`, as far as it is known; a dash for who is not behind.
    static func behind(_ status: StatusResult) -> String {
        guard status.slotsBehind > 0 || status.catchUpBytesPerSecond > 0 else { return "-" }
        let pace = "\(status.slotsBehind) slots, \(status.catchUpBytesPerSecond) B/s"
        return status.catchUpSecondsLeft.map { "\(pace), \($0) s" } ?? pace
    }

    private static func json(
        _ endpoint: Endpoint, _ status: StatusResult, _ printer: ResultPrinter
    ) -> JSONText.Value {
        .object([
            ("Endpoint", .text("\(endpoint)")),
            (
                "Status",
                .object(
                    [
                        ("header", printer.json(status.info)), ("version", .text(status.version)),
                        ("dbSize", .number(status.storedBytes)),
                        ("leader", .unsigned(status.leader)),
                        ("raftIndex", .unsigned(status.decidedSlot)),
                        ("raftTerm", .unsigned(status.ballotRound)),
                        ("raftAppliedIndex", .unsigned(status.appliedSlot)),
                        ("isLearner", .boolean(status.isLearner)),
                        ("errors", .list(status.errors.map { .text($0) })),
                    ] + progress(status))
            ),
        ])
    }

    /// How far a node is behind; without an estimate where there is none.
    static func progress(_ status: StatusResult) -> [(String, JSONText.Value)] {
        let pace: [(String, JSONText.Value)] = [
            ("slotsBehind", .unsigned(status.slotsBehind)),
            ("catchUpBytesPerSecond", .unsigned(status.catchUpBytesPerSecond)),
        ]
        guard let seconds = status.catchUpSecondsLeft else { return pace }
        return pace + [("catchUpSecondsLeft", .unsigned(seconds))]
    }

    /// Columns of equal width, two spaces between them.
    private static func table(_ rows: [[String]]) -> String {
        let widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1
                    ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}
