/// The header grpc-timeout: at most eight digits and one letter for the unit.
package enum GRPCTimeout {
    /// The time in nanoseconds, or nil if the value is malformed. `100m` is 100 ms.
    package static func nanoseconds(_ value: UnsafeRawBufferPointer) -> UInt64? {
        let digits = value.count - 1
        guard digits >= 1, digits <= Limits.timeoutDigitsMax else { return nil }
        var amount: UInt64 = 0
        for byte in value[0..<digits] {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            amount = amount * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        guard let unit = nanosecondsPerUnit(value[digits]) else { return nil }
        // 99,999,999 hours are 3.6e20 ns: what overflows lasts for ever.
        let (product, overflow) = amount.multipliedReportingOverflow(by: unit)
        return overflow ? .max : product
    }

    /// The header for a time in nanoseconds, rounded up to the finest unit that has room.
    package static func headerValue(nanoseconds: UInt64) -> String {
        for unit in [UInt8(ascii: "n"), UInt8(ascii: "u"), UInt8(ascii: "m"), UInt8(ascii: "S")] {
            let size = nanosecondsPerUnit(unit) ?? 1
            let amount = nanoseconds / size + (nanoseconds % size == 0 ? 0 : 1)
            if amount <= 99_999_999 { return "\(amount)\(Character(Unicode.Scalar(unit)))" }
        }
        return "99999999S"
    }

    private static func nanosecondsPerUnit(_ unit: UInt8) -> UInt64? {
        switch unit {
        case UInt8(ascii: "n"): 1
        case UInt8(ascii: "u"): 1_000
        case UInt8(ascii: "m"): 1_000_000
        case UInt8(ascii: "S"): 1_000_000_000
        case UInt8(ascii: "M"): 60_000_000_000
        case UInt8(ascii: "H"): 3_600_000_000_000
        default: nil
        }
    }
}
