internal import SynodClient

/// `synod alarm`: what is wrong, as all members know it.
enum AlarmCommand {
    static let alarm = ClientCommand(
        name: "alarm", arguments: "list|disarm", summary: "list or end alarms",
        details: """
            Prints the alarms of the cluster, one per line: NOSPACE means that the store is full and takes
            no more than deletes, CORRUPT that keys are neither read nor written. `disarm` ends all alarms
            and prints them. NOSPACE ends by itself when a compaction has freed a tenth of the quota.
            """,
        flags: [], isRead: false,
        perform: { context in
            let alarms: [Alarm]
            switch context.values.positional {
            case ["list"]: alarms = try await context.client.alarms()
            case ["disarm"]: alarms = try await context.client.disarmAlarms()
            default: throw UsageError("the word must be list or disarm")
            }
            print(alarms, try ResultPrinter(context.values))
            return .success
        })

    /// As etcdctl does.
    private static func print(_ alarms: [Alarm], _ printer: ResultPrinter) {
        guard printer.form == .json else {
            for alarm in alarms {
                Console.line("memberID:\(alarm.member) alarm:\(alarm.kind.rawValue)")
            }
            return
        }
        let list = alarms.map { alarm in
            JSONText.Value.object([
                ("memberID", .unsigned(alarm.member)), ("alarm", .text(alarm.kind.rawValue)),
            ])
        }
        printer.json([("alarms", .list(list))])
    }
}
