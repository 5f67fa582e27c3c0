extension ClientSession {
    /// Reads `ID-SEQUENCE`: two decimal numbers of 64 bits above 0. Nil for anything else.
    package init?(_ text: String) {
        var rest = text[...].utf8
        guard let id = Self.number(&rest), rest.popFirst() == UInt8(ascii: "-"),
            let sequence = Self.number(&rest), rest.isEmpty
        else { return nil }
        self.init(id: id, sequence: sequence)
    }

    /// Takes the digits at the beginning: nil if there are none, or for 0 or more than 64 bits.
    private static func number(_ text: inout Substring.UTF8View) -> UInt64? {
        var number: UInt64 = 0
        while let digit = text.first, digit >= 48, digit <= 57 {
            let (tenfold, isTooBig) = number.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tenfold.addingReportingOverflow(UInt64(digit - 48))
            if isTooBig || overflows { return nil }
            number = sum
            text.removeFirst()
        }
        return number > 0 ? number : nil
    }
}
