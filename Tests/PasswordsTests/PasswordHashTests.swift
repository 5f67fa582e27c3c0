import Testing

@testable import Passwords

@Suite struct PasswordHashTests {
    @Test func aPasswordIsFoundByItsHashAndNoOtherOneIs() {
        let hash = PasswordHash.make("secret", cost: 4)
        #expect(hash.hasPrefix("$2b$04$") && hash.utf8.count == 60)
        #expect(PasswordHash.isRight("secret", hash: hash))
        #expect(!PasswordHash.isRight("Secret", hash: hash))
        #expect(!PasswordHash.isRight("", hash: hash))
        #expect(PasswordHash.make("secret", cost: 4) != hash, "the salt is another one")
    }

    @Test func hashesThatEtcdMadeAreKnown() {
        // A vector of John the Ripper's collection, whose prefix is the one that Go writes, too.
        let hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
        #expect(PasswordHash.isRight("U*U", hash: hash))
        #expect(!PasswordHash.isRight("U*V", hash: hash))
    }

    @Test func whatBcryptWouldCutIsRefused() {
        let long = String(repeating: "a", count: 72)
        #expect(PasswordHash.isPossible(long) && !PasswordHash.isPossible(long + "a"))
        #expect(!PasswordHash.isPossible("a\0b"))
        let hash = PasswordHash.make("a", cost: 4)
        #expect(!PasswordHash.isRight("a\0b", hash: hash))
        #expect(!PasswordHash.isRight(long + "b", hash: PasswordHash.make(long, cost: 4)))
    }

    @Test(arguments: ["", "x", "$2b$", "$2b$99$......................", "*0", "$1$salt$"])
    func whatIsNoHashIsOfNoPassword(_ hash: String) {
        #expect(!PasswordHash.isRight("x", hash: hash))
    }

    @Test func nobodysHashIsLookedAtAndOfNoPassword() {
        let hash = PasswordHash.ofNobody(cost: 4)
        #expect(hash.utf8.count == 60)
        #expect(!PasswordHash.isRight("", hash: hash))
    }
}
