extension ClientSession {
    /// Reads `ID-SEQUENCE`: two decimal numbers of 64 bits above 0. Nil for anything else.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, let id = Self.number(parts[0]),
            let sequence = Self.number(parts[1])
        else { return nil }
        self.init(id: id, sequence: sequence)
    }

    private static func number(_ digits: some Sequence<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            guard digit >= 48, digit <= 57 else { return nil }
            let (tenfold, isTooBig) = number.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tenfold.addingReportingOverflow(UInt64(digit - 48))
            if isTooBig || overflows { return nil }
            number = sum
        }
        return number > 0 ? number : nil
    }
}
