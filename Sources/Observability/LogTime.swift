#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A moment of the wall clock, for log lines only.
struct LogTime: Equatable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    let microseconds: Int64

    static func now() -> LogTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return LogTime(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// Appends the moment as RFC 3339 writes it, in UTC: `2026-11-20T10:32:01.123456Z`.
    func write(to bytes: inout [UInt8]) {
        let (seconds, fraction) = microseconds.dividedFloored(by: 1_000_000)
        let (days, secondOfDay) = seconds.dividedFloored(by: 86_400)
        let date = LogTime.civilDate(daysSinceEpoch: days)
        bytes.appendDigits(date.year, width: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendDigits(date.month, width: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendDigits(date.day, width: 2)
        bytes.append(UInt8(ascii: "T"))
        bytes.appendDigits(secondOfDay / 3600, width: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.appendDigits(secondOfDay / 60 % 60, width: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.appendDigits(secondOfDay % 60, width: 2)
        bytes.append(UInt8(ascii: "."))
        bytes.appendDigits(fraction, width: 6)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// The Gregorian date of a day, counted in eras of 400 years that begin on 1 March, so that the leap
    /// day is the last of its year (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    static func civilDate(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (daysSinceEpoch + 719_468).dividedFloored(by: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension Int64 {
    /// Quotient and remainder with the remainder never negative, also for moments before 1970.
    fileprivate func dividedFloored(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let parts = quotientAndRemainder(dividingBy: divisor)
        if parts.remainder >= 0 { return parts }
        return (parts.quotient - 1, parts.remainder + divisor)
    }
}

extension [UInt8] {
    /// Appends `value` in decimal, with zeros in front up to `width` digits.
    fileprivate mutating func appendDigits(_ value: Int64, width: Int) {
        var divisor: Int64 = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}
