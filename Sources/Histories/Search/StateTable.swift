/// Numbers for the values that one key may hold, so that the search compares numbers.
struct StateTable {
    private struct Append: Hashable {
        let state: Int
        let token: Int
    }

    static let absent = 0
    /// Some value that no test asks for; what is appended to it stays such a value.
    static let unseen = 1
    private var values: [[UInt8]] = [[], []]
    private var numbers: [[UInt8]: Int] = [:]
    private var appended: [Append: Int] = [:]

    /// The number of a value; that of "no key" for nil.
    mutating func number(_ value: [UInt8]?) -> Int {
        guard let value else { return Self.absent }
        if let number = numbers[value] { return number }
        numbers[value] = values.count
        values.append(value)
        return values.count - 1
    }

    /// The value after an append to it.
    mutating func append(_ token: Int, to state: Int) -> Int {
        guard state != Self.unseen else { return state }
        let step = Append(state: state, token: token)
        if let known = appended[step] { return known }
        let result = number(values[state] + values[token])
        appended[step] = result
        return result
    }

    /// The bytes behind a number; empty for the two special ones.
    func value(_ state: Int) -> [UInt8] { values[state] }
}
