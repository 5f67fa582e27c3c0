/// The results as people and scripts read them.
enum Table {
    static func print(_ results: [Measurement]) {
        line("benchmark", "ns/op", "allocations/op")
        for result in results {
            line(
                result.name, decimal(result.nanoseconds, digits: 1),
                result.allocations.map { decimal($0, digits: 2) } ?? "-")
        }
    }

    private static func line(_ name: String, _ nanoseconds: String, _ allocations: String) {
        let padding = String(repeating: " ", count: max(1, nameWidth - name.count))
        Swift.print(name + padding + aligned(nanoseconds, 10) + aligned(allocations, 16))
    }

    private static func aligned(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// A number that is not negative, rounded.
    static func decimal(_ value: Double, digits: Int) -> String {
        let scale = (0..<digits).reduce(1) { result, _ in result * 10 }
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(scaled / scale).\(zeros)\(fraction)"
    }

    private static let nameWidth = 46
}
