import Digests
import Testing

@Suite("SecureRandom")
struct SecureRandomTests {
    @Test("a thousand numbers are all different, and every bit of them changes")
    func numbers() {
        let numbers = (0..<1000).map { _ in SecureRandom.uint64() }
        #expect(Set(numbers).count == 1000)
        #expect(numbers.reduce(0, |) == .max)
        #expect(numbers.reduce(.max, &) == 0)
    }

    @Test("as many bytes as asked for", arguments: [0, 1, 16, 4096])
    func lengths(count: Int) {
        #expect(SecureRandom.bytes(count).count == count)
    }

    @Test("no two keys are alike")
    func keys() {
        #expect(SecureRandom.bytes(32) != SecureRandom.bytes(32))
    }
}
