import Testing

@testable import Authentication

@Suite("Tokens that were said lately")
struct RecentTokensTests {
    private final class Entry {
        let number: Int

        init(_ number: Int) { self.number = number }
    }

    private func find(_ token: String, in recent: RecentTokens<Entry>) -> Int? {
        Array(token.utf8).withUnsafeBytes { recent.entry(of: $0)?.number }
    }

    @Test func aTokenIsFoundByAllOfItsBytes() {
        var recent = RecentTokens<Entry>()
        #expect(find("", in: recent) == nil && find("a.12345678", in: recent) == nil)
        // Of all lengths: the last bytes, which are not eight, count, too.
        let letters = Array("abcdefghijklmnopqrstuvwxyz".utf8)
        for count in 1...letters.count {
            let token = String(decoding: letters.prefix(count), as: UTF8.self)
            recent.note(token, Entry(count))
            #expect(find(token, in: recent) == count)
            for place in 0..<count {
                var other = Array(letters.prefix(count))
                other[place] ^= 1
                #expect(find(String(decoding: other, as: UTF8.self), in: recent) == nil)
            }
            #expect(find(token + "x", in: recent) == nil)
            #expect(find(String(token.dropLast()), in: recent) != count)
        }
    }

    @Test func whoComesLaterTakesThePlace() {
        var recent = RecentTokens<Entry>()
        recent.note("one.12345678", Entry(1))
        recent.note("two.12345678", Entry(2))
        #expect(find("one.12345678", in: recent) == nil)
        #expect(find("two.12345678", in: recent) == 2)
        for number in 0..<100_000 { recent.note("secret.\(number + 10_000_000)", Entry(number)) }
        let known = (0..<100_000).filter { number in
            guard let found = find("secret.\(number + 10_000_000)", in: recent) else {
                return false
            }
            #expect(found == number)
            return true
        }
        #expect(known.count <= Limits.recentTokens && known.count > Limits.recentTokens / 2)
        #expect(known.contains(99_999))
    }
}
