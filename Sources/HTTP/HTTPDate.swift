internal import Basics

/// The date as HTTP writes it, `Sun, 06 Nov 1994 08:49:37 GMT`, made at most once a second.
struct HTTPDate {
    private var second = Int.min
    private var text = ""

    /// The text for `present`, in seconds since 1970.
    mutating func text(at present: Int) -> String {
        if present != second {
            second = present
            text = Self.text(secondsSince1970: present)
        }
        return text
    }

    /// The text for a time, by the proleptic Gregorian calendar.
    static func text(secondsSince1970 seconds: Int) -> String {
        let (days, rest) = seconds.dividedFloored(by: 86_400)
        let date = CivilDate(daysSince1970: days)
        let weekday = weekdays[(days + 4).dividedFloored(by: 7).remainder]
        let clock = [rest / 3_600, rest / 60 % 60, rest % 60].map(twoDigits).joined(separator: ":")
        return
            "\(weekday), \(twoDigits(date.day)) \(months[date.month - 1]) \(date.year) \(clock) GMT"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
