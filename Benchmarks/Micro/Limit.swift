import Glibc

/// What one benchmark may cost at most. A line of the file: nanoseconds, allocations (`-`: any), name.
struct Limit {
    private let name: String
    private let nanoseconds: Double?
    private let allocations: Double?

    /// Reads a file of limits; `#` begins a comment line.
    static func read(_ path: String) throws(UsageError) -> [Limit] {
        guard let text = contents(of: path) else { throw UsageError("cannot read \(path)") }
        var limits: [Limit] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let limit = Limit(line) else { throw UsageError("\(path): not a limit: \(line)") }
            limits.append(limit)
        }
        return limits
    }

    private init?(_ line: Substring) {
        let fields = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
        guard fields.count == 3, let nanoseconds = Self.number(fields[0]),
            let allocations = Self.number(fields[1])
        else { return nil }
        name = String(fields[2].drop { $0 == " " })
        self.nanoseconds = nanoseconds
        self.allocations = allocations
    }

    /// A number, or nil for any; nothing if the field is neither.
    private static func number(_ field: Substring) -> Double?? {
        if field == "-" { return .some(nil) }
        return Double(field).map { .some($0) }
    }

    /// What is above the limit, in words.
    func breaches(in results: [Measurement]) -> [String] {
        guard let result = results.first(where: { $0.name == name }) else { return [] }
        var breaches: [String] = []
        if let nanoseconds, result.nanoseconds > nanoseconds {
            breaches.append("\(name): \(result.nanoseconds) ns, the limit is \(nanoseconds)")
        }
        if let allocations, let counted = result.allocations, counted > allocations {
            breaches.append("\(name): \(counted) allocations, the limit is \(allocations)")
        }
        return breaches
    }

    private static func contents(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
