internal import CCrypt

/// bcrypt, by the system's crypt library. Each call takes as long as it is meant to: never on a loop.
package enum PasswordHash {
    /// Whether a password can be hashed whole: the library ends at a zero byte, and bcrypt after 72 bytes.
    package static func isPossible(_ password: String) -> Bool {
        password.utf8.count <= Limits.passwordBytesMax && !password.utf8.contains(0)
    }

    /// A password's hash, with a salt of its own.
    package static func make(_ password: String, cost: Int) -> String {
        precondition(isPossible(password), "a password that bcrypt would cut")
        precondition((Limits.costMin...Limits.costMax).contains(cost), "a cost that bcrypt has not")
        guard let hash = crypt(password, setting: salt(cost: cost)) else {
            preconditionFailure("the crypt library refuses bcrypt")
        }
        return hash
    }

    /// Whether `hash` is of this password. What is no hash is of none.
    package static func isRight(_ password: String, hash: String) -> Bool {
        guard isPossible(password), let other = crypt(password, setting: hash) else { return false }
        return areEqual(Array(other.utf8), Array(hash.utf8))
    }

    /// A hash of no password: looking at it takes as long as looking at a user's.
    package static func ofNobody(cost: Int) -> String {
        "$2b$" + (cost < 10 ? "0" : "") + "\(cost)$" + String(repeating: ".", count: 53)
    }

    private static func salt(cost: Int) -> String {
        var text = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        // No bytes are given: the library takes the kernel's.
        let made = crypt_gensalt_rn("$2b$", UInt(cost), nil, 0, &text, Int32(text.count))
        precondition(made != nil, "the crypt library makes no salt")
        return string(text)
    }

    private static func crypt(_ password: String, setting: String) -> String? {
        let memory = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        let bytes = UnsafeMutableRawBufferPointer(
            start: memory, count: MemoryLayout<crypt_data>.size)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        defer {
            bytes.initializeMemory(as: UInt8.self, repeating: 0)
            memory.deallocate()
        }
        guard let output = crypt_r(password, setting, memory) else { return nil }
        let hash = String(cString: output)
        return hash.hasPrefix("*") ? nil : hash
    }

    private static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// In a time that does not tell where they differ.
    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
