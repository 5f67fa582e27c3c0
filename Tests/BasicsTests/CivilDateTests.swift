import Basics
import Foundation
import Testing

struct CivilDateTests {
    @Test(arguments: [
        (0, 1970, 1, 1), (-1, 1969, 12, 31), (59, 1970, 3, 1), (11_016, 2000, 2, 29),
        (11_017, 2000, 3, 1), (20_777, 2026, 11, 20), (-719_468, 0, 3, 1), (-719_469, 0, 2, 29),
    ])
    func knownDays(days: Int, year: Int, month: Int, day: Int) {
        #expect(
            CivilDate(daysSince1970: days) == CivilDate(year: year, month: month, day: day))
    }

    @Test func theDaysOf400YearsAreThoseOfFoundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for day in stride(from: -10_000, to: 136_097, by: 13) {
            let date = CivilDate(daysSince1970: day)
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86_400))
            #expect(parts.year == date.year)
            #expect(parts.month == date.month)
            #expect(parts.day == date.day)
        }
    }

    @Test func divisionRoundsDown() {
        for number in -20...20 {
            let (quotient, remainder) = number.dividedFloored(by: 7)
            #expect(quotient * 7 + remainder == number)
            #expect((0..<7).contains(remainder))
        }
    }
}
