/// A day of the proleptic Gregorian calendar.
public struct CivilDate: Equatable, Sendable {
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to 31.
    public let day: Int

    public init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The date of a day counted from 1970-01-01, also before it. Counted in eras of 400 years that begin
    /// on 1 March, so that the leap day is the last of its year (Hinnant, "chrono-Compatible Low-Level
    /// Date Algorithms").
    public init(daysSince1970 days: Int) {
        let (era, dayOfEra) = (days + 719_468).dividedFloored(by: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}

extension Int {
    /// Quotient and remainder with the remainder never negative, for a divisor above 0.
    public func dividedFloored(by divisor: Int) -> (quotient: Int, remainder: Int) {
        precondition(divisor > 0, "divided by a positive number")
        let parts = quotientAndRemainder(dividingBy: divisor)
        if parts.remainder >= 0 { return parts }
        return (parts.quotient - 1, parts.remainder + divisor)
    }
}
