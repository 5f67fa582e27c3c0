internal import SynodClient

extension ResultPrinter {
    /// The key that holds a lock, as etcdctl prints it; or that of a leader, with what it says.
    func held(_ key: HeldKey, value: [UInt8]? = nil) {
        guard form == .simple else {
            return json(
                [("key", .bytes(key.key))] + (value.map { [("value", .bytes($0))] } ?? []) + [
                    ("create_revision", .number(key.createRevision)), ("lease", .number(key.lease)),
                ])
        }
        line(key.key)
        if let value { line(value) }
    }

    /// Who leads.
    func leader(key: [UInt8], value: [UInt8]) {
        guard form == .simple else {
            return json([("key", .bytes(key)), ("value", .bytes(value))])
        }
        line(key)
        line(value)
    }

    private func line(_ bytes: [UInt8]) { Console.write(bytes + [UInt8(ascii: "\n")]) }
}
