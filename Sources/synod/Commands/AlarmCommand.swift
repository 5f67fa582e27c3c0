internal import SynodClient

/// `synod alarm`: what is wrong, as all members know it.
enum AlarmCommand {
    static let alarm = ClientCommand(
        name: "alarm", arguments: "list|disarm", summary: "list or end alarms",
        details: """
            Prints the alarms of the cluster, one per line, and in whose name. NOSPACE means that the store
            is full and takes no more than deletes and compactions; it ends by itself when a tenth of the
            quota is free. Where a member's disk is full it has NOSPACE in its own name, nothing is refused,
            and it ends when there is room. CORRUPT of a member means that this one serves nothing until it
            is started again; of member 0, or raised by a client, that keys are neither read nor written.
            `disarm` ends all alarms but those of full disks, and prints them.
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
