import Signatures
import Testing

@testable import Authentication

@Suite("Signed tokens")
struct WebTokenTests {
    private let key: SignatureKey
    private let token = WebToken(user: "ü\"", revision: 1 << 40, expiry: 1_800_000_000)

    init() throws {
        key = try SignatureKey(.hs256, privateKey: Array("secret".utf8), publicKey: nil)
    }

    /// A token with any header and any claims, signed by `key` as its method wants it.
    private func text(_ header: String, _ claims: String, by key: SignatureKey) throws -> String {
        let head =
            Base64URL.encode(Array(header.utf8)) + Array(".".utf8)
            + Base64URL.encode(Array(claims.utf8))
        let signature = try #require(key.sign(head))
        return String(
            decoding: head + Array(".".utf8) + Base64URL.encode(signature), as: UTF8.self)
    }

    private func read(claims: String) throws -> WebToken? {
        WebToken(try text(#"{"alg":"HS256","typ":"JWT"}"#, claims, by: key), signedBy: key)
    }

    @Test func tokensOfEtcdAreTaken() throws {
        for sample in EtcdTokens.all {
            let key = try sample.key()
            let token = try #require(
                WebToken(sample.text, signedBy: key), "\(sample.method)")
            #expect(token == WebToken(user: "root", revision: 3, expiry: sample.expiry))
            // Nobody else's key finds it good.
            for other in EtcdTokens.all where other.method != sample.method {
                #expect(WebToken(sample.text, signedBy: try other.key()) == nil)
            }
        }
    }

    @Test func aSecretMakesTheSameTokenAsEtcd() throws {
        for sample in EtcdTokens.all where sample.secret != nil {
            let token = WebToken(user: "root", revision: 3, expiry: sample.expiry)
            #expect(token.signed(by: try sample.key()) == sample.text)
        }
    }

    @Test func whatWasSignedIsRead() throws {
        let text = try #require(token.signed(by: key))
        #expect(WebToken(text, signedBy: key) == token)
    }

    @Test func nothingButTheWholeTokenIsRead() throws {
        let text = try #require(token.signed(by: key))
        for count in 0..<text.utf8.count {
            #expect(WebToken(String(text.prefix(count)), signedBy: key) == nil)
        }
        for place in 0..<text.utf8.count {
            var bytes = Array(text.utf8)
            for letter in [UInt8(ascii: "A"), UInt8(ascii: "."), UInt8(ascii: "=")]
            where bytes[place] != letter {
                bytes[place] = letter
                let changed = String(decoding: bytes, as: UTF8.self)
                #expect(WebToken(changed, signedBy: key) == nil, "\(place)")
                bytes = Array(text.utf8)
            }
        }
        for other in [
            text + "=", text + ".", "." + text, text + "\n", text + ".x", "", ".", "..", "...",
        ] {
            #expect(WebToken(other, signedBy: key) == nil, "\(other)")
        }
        let long = String(repeating: "A", count: Authentication.Limits.tokenBytesMax)
        #expect(WebToken(text + long, signedBy: key) == nil)
    }

    @Test func theMethodIsOursAndNobodyChooses() throws {
        let claims = #"{"username":"root","revision":1}"#
        #expect(try read(claims: claims) != nil)
        for header in [
            #"{"alg":"none"}"#, #"{"alg":"None"}"#, #"{"alg":"hs256"}"#, #"{"alg":"HS384"}"#,
            #"{"typ":"JWT"}"#, #"{"alg":["HS256"]}"#, #"["HS256"]"#, "{", "", "null",
            #"{"alg":"HS256","crit":["exp"]}"#, #"{"alg":"HS256","alg":"none"}"#,
        ] {
            #expect(WebToken(try text(header, claims, by: key), signedBy: key) == nil, "\(header)")
        }
        // Without a signature, however it is written.
        for header in [#"{"alg":"none"}"#, #"{"alg":"HS256"}"#] {
            let head = [header, claims].map {
                String(decoding: Base64URL.encode(Array($0.utf8)), as: UTF8.self)
            }.joined(separator: ".")
            #expect(
                WebToken(head + ".", signedBy: key) == nil && WebToken(head, signedBy: key) == nil)
        }
        // The public key, which everybody has, is no secret.
        let rsa = try SignatureKey(.rs256, privateKey: nil, publicKey: Array(EtcdTokens.rsa.utf8))
        let confused = try SignatureKey(
            .hs256, privateKey: Array(EtcdTokens.rsa.utf8), publicKey: nil)
        for header in [#"{"alg":"HS256","typ":"JWT"}"#, #"{"alg":"RS256","typ":"JWT"}"#] {
            #expect(WebToken(try text(header, claims, by: confused), signedBy: rsa) == nil)
        }
        let stranger = try SignatureKey(.hs256, privateKey: Array("Secret".utf8), publicKey: nil)
        #expect(
            WebToken(try text(#"{"alg":"HS256"}"#, claims, by: stranger), signedBy: key) == nil)
    }

    @Test func claimsAreWhatTheySayOrTheTokenIsNone() throws {
        for claims in [
            "{}", "[]", "null", "", "{", #"{"username":"u"}"#, #"{"revision":1}"#,
            #"{"username":1,"revision":1}"#, #"{"username":"u","revision":"1"}"#,
            #"{"username":"u","revision":-1}"#, #"{"username":"u","revision":1.5}"#,
            #"{"username":"u","revision":1e30}"#, #"{"username":"u","revision":1,"exp":"9"}"#,
            #"{"username":"u","revision":1,"exp":null}"#,
            #"{"username":"u","revision":1,"exp":1e30}"#,
            #"{"username":"u","revision":1,"nbf":true}"#,
            #"{"username":"u","revision":1,"iat":[]}"#,
            #"{"username":"u","revision":1}x"#,
        ] {
            #expect(try read(claims: claims) == nil, "\(claims)")
        }
        let known = try #require(
            try read(claims: #"{"username":"u","revision":7.0,"exp":20.9,"iat":3,"nbf":10,"x":{}}"#)
        )
        #expect(known == WebToken(user: "u", revision: 7, expiry: 20, start: 10))
        let times: [Int64] = [9, 10, 20, 21]
        #expect(times.map { known.isGood(atUnixSeconds: $0) } == [false, true, true, false])
        let endless = try #require(try read(claims: #"{"username":"u","revision":7}"#))
        #expect(endless.isGood(atUnixSeconds: 0) && endless.isGood(atUnixSeconds: .max))
    }

    @Test func aTokenIsVerifiedOnceAndEndsAtItsTime() throws {
        var now: Int64 = 1_000
        let tokens = WebTokens(key: key, lifeSeconds: 300) { now }
        let text = try #require(tokens.make(for: "u", revision: 5).signed(by: key))
        let access = Access(user: Array("u".utf8), authRevision: 5)
        for _ in 0..<3 { #expect(tokens.access(of: text) == access) }
        #expect(tokens.verificationCount == 1)
        now = 1_300
        #expect(tokens.access(of: text) == access)
        now = 1_301
        #expect(tokens.access(of: text) == nil && tokens.access(of: text) == nil)
        #expect(tokens.verificationCount == 1, "no second look, though its time is over")
        #expect(tokens.access(of: "x") == nil && tokens.access(of: text + "A") == nil)
        // A node that has the key takes it, whoever has issued it.
        let other = WebTokens(key: key, lifeSeconds: 1) { 1_300 }
        #expect(other.access(of: text) == access)
    }

    /// Strangers' tokens take no more than so much of the loop's time; known tokens are not touched by that.
    @Test func aFloodOfBadSignaturesIsNotLookedAt() throws {
        var now: Int64 = 1_000
        let tokens = WebTokens(key: key, lifeSeconds: 300) { now }
        let known = try #require(tokens.make(for: "u", revision: 5).signed(by: key))
        let later = try #require(tokens.make(for: "v", revision: 5).signed(by: key))
        #expect(tokens.access(of: known) != nil)
        let most = Authentication.Limits.badSignaturesPerSecond
        let stranger = try SignatureKey(.hs256, privateKey: Array("Secret".utf8), publicKey: nil)
        for number in 0..<most + 100 {
            let text = tokens.make(for: "\(number)", revision: 5).signed(by: stranger)
            #expect(tokens.access(of: try #require(text)) == nil)
        }
        #expect(tokens.verificationCount == most + 1)
        #expect(tokens.access(of: known) != nil && tokens.access(of: later) == nil)
        now += 1
        #expect(tokens.access(of: later) != nil)
    }

    /// What is no token of this key's method costs no look, and takes nothing from those who say theirs first.
    @Test func aFloodOfJunkShutsNobodyOut() throws {
        let tokens = WebTokens(key: key, lifeSeconds: 300) { 1_000 }
        let fresh = try #require(tokens.make(for: "u", revision: 5).signed(by: key))
        let headless = fresh.drop { $0 != "." }
        for number in 0..<Authentication.Limits.badSignaturesPerSecond {
            for text in ["x", "x\(number)", "\(number)" + headless, fresh + "=\(number)"] {
                #expect(tokens.access(of: text) == nil)
            }
        }
        #expect(tokens.verificationCount == 0)
        #expect(tokens.access(of: fresh) != nil)
    }

    @Test func soManyTokensAreRememberedAndThoseInUseStay() throws {
        var verified = VerifiedTokens()
        let entry = VerifiedTokens.Entry(token)
        verified.add("used", entry)
        for number in 0..<100_000 {
            verified.add("\(number)", entry)
            if number % 1_000 == 0 { #expect(verified.entry(of: "used") != nil) }
        }
        #expect(verified.count <= Authentication.Limits.verifiedTokensMax)
        #expect(verified.entry(of: "0") == nil && verified.entry(of: "99999") != nil)
    }
}
