internal import SynodClient

/// Prints what became of leases: as etcdctl does, or as JSON.
struct LeasePrinter: Sendable {
    private let printer: ResultPrinter

    init(_ printer: ResultPrinter) { self.printer = printer }

    private var isJSON: Bool { printer.form == .json }

    func granted(_ lease: LeaseResult) {
        guard !isJSON else {
            return printer.json([
                ("header", printer.json(lease.info)), ("ID", .number(lease.id)),
                ("TTL", .number(lease.seconds)),
            ])
        }
        Console.line("lease \(Self.text(lease.id)) granted with TTL(\(lease.seconds)s)")
    }

    func revoked(_ id: Int64, _ info: ResponseInfo) {
        guard !isJSON else { return printer.json([("header", printer.json(info))]) }
        Console.line("lease \(Self.text(id)) revoked")
    }

    func renewed(_ id: Int64, _ seconds: Int64) {
        guard !isJSON else {
            return printer.json([("ID", .number(id)), ("TTL", .number(seconds))])
        }
        Console.line("lease \(Self.text(id)) keepalived with TTL(\(seconds))")
    }

    func ended(_ id: Int64) {
        guard !isJSON else { return printer.json([("ID", .number(id)), ("TTL", .number(0))]) }
        Console.line("lease \(Self.text(id)) expired or revoked.")
    }

    func state(_ lease: LeaseState, hasKeys: Bool) {
        guard !isJSON else {
            return printer.json([
                ("header", printer.json(lease.info)), ("ID", .number(lease.id)),
                ("TTL", .number(lease.secondsLeft ?? -1)),
                ("grantedTTL", .number(lease.grantedSeconds)),
                ("keys", .list(lease.keys.map { .bytes($0) })),
            ])
        }
        guard let left = lease.secondsLeft else {
            return Console.line("lease \(Self.text(lease.id)) already expired")
        }
        let keys = lease.keys.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        Console.line(
            "lease \(Self.text(lease.id)) granted with TTL(\(lease.grantedSeconds)s), "
                + "remaining(\(left)s)" + (hasKeys ? ", attached keys([\(keys)])" : ""))
    }

    func list(_ ids: [Int64]) {
        guard !isJSON else { return printer.json([("leases", .list(ids.map { .number($0) }))]) }
        Console.line("found \(ids.count) leases")
        for id in ids { Console.line(Self.text(id)) }
    }

    /// Sixteen places at least, the sign of a negative one in the first, as etcdctl has it.
    static func text(_ id: Int64) -> String {
        let (sign, digits) = (id < 0 ? "-" : "", String(id.magnitude, radix: 16))
        return sign + String(repeating: "0", count: max(0, 16 - sign.count - digits.count)) + digits
    }
}
