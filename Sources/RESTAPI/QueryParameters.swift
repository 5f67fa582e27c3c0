/// The part of a request's target behind `?`, as names and binary-safe values.
struct QueryParameters {
    private var pairs: [(name: String, value: [UInt8])] = []

    /// Splits `query` (without its `?`) at `&` and `=`.
    ///
    /// - Throws: `RESTFailure` (400) on a broken escape, or on a name that is given twice or that
    ///   `known` does not hold: a misspelled parameter must not be taken for its default.
    init(_ query: some Collection<UInt8>, known: [String]) throws(RESTFailure) {
        for part in query.split(separator: UInt8(ascii: "&")) {
            let cut = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let rawValue = part[cut...].dropFirst()
            guard let nameBytes = PercentCoding.decode(part[..<cut], plusIsSpace: true),
                let name = String(validating: nameBytes, as: UTF8.self),
                let value = PercentCoding.decode(rawValue, plusIsSpace: true)
            else { throw .badRequest("the query holds an escape that is not % and two hex digits") }
            guard known.contains(name) else {
                throw .badRequest(
                    "unknown parameter '\(name)'; known here: \(known.joined(separator: ", "))")
            }
            guard self[name] == nil else { throw .badRequest("parameter '\(name)' is given twice") }
            pairs.append((name, value))
        }
    }

    /// The value of a parameter; nil if it is not given. `?a=` and `?a` give an empty value.
    subscript(name: String) -> [UInt8]? { pairs.first { $0.name == name }?.value }

    /// The parameter `key`, which every request about one key needs.
    func requiredKey() throws(RESTFailure) -> [UInt8] {
        guard let key = self["key"] else { throw .badRequest("parameter 'key' is missing") }
        guard !key.isEmpty else { throw .badRequest("the key must not be empty") }
        return key
    }

    /// A whole number from 1 on; nil if the parameter is not given.
    func positiveNumber(_ name: String) throws(RESTFailure) -> Int64? {
        guard let value = self[name] else { return nil }
        guard let number = Int64(String(decoding: value, as: UTF8.self)), number > 0 else {
            throw .badRequest("parameter '\(name)' must be a whole number above 0")
        }
        return number
    }

    /// The parameter `consistency`, or `fallback` if it is not given.
    func consistency(default fallback: Consistency) throws(RESTFailure) -> Consistency {
        guard let value = self["consistency"] else { return fallback }
        guard let consistency = Consistency(rawValue: String(decoding: value, as: UTF8.self)) else {
            throw .badRequest("parameter 'consistency' must be 'linearizable' or 'sequential'")
        }
        return consistency
    }
}
