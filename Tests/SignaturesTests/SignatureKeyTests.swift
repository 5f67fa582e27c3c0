import Testing

@testable import Signatures

@Suite struct SignatureKeyTests {
    private static let secret = Array("a secret".utf8)

    private static func keys(for method: SignatureMethod) -> TestKeys? {
        switch method {
        case .hs256, .hs384, .hs512: nil
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: .rsa
        case .es256: .p256
        case .es384: .p384
        case .es512: .p521
        case .edDSA: .edwards
        }
    }

    private func make(_ method: SignatureMethod, isPublic: Bool = false) throws -> SignatureKey {
        guard let keys = Self.keys(for: method) else {
            return try SignatureKey(method, privateKey: Self.secret, publicKey: nil)
        }
        return try SignatureKey(
            method, privateKey: isPublic ? nil : keys.privateKey, publicKey: keys.publicKey)
    }

    @Test(arguments: SignatureMethod.allCases)
    func whatIsSignedIsVerifiedAndNothingElse(_ method: SignatureMethod) throws {
        let bytes = Array("bytes to sign".utf8)
        let (key, other) = (try make(method), try make(method, isPublic: true))
        let signature = try #require(key.sign(bytes))
        #expect(key.verifies(signature, of: bytes) && other.verifies(signature, of: bytes))
        #expect(!key.verifies(signature, of: bytes + [0]) && !key.verifies(signature, of: []))
        #expect(!key.verifies([], of: bytes))
        #expect(!key.verifies(signature.dropLast(), of: bytes))
        #expect(!key.verifies(signature + [0], of: bytes))
        for place in [0, signature.count / 2, signature.count - 1] {
            var changed = signature
            changed[place] ^= 1
            #expect(!key.verifies(changed, of: bytes), "\(method) byte \(place)")
        }
        #expect(!key.verifies([UInt8](repeating: 0, count: signature.count), of: bytes))
        #expect(!key.verifies([UInt8](repeating: 0xff, count: 1 << 20), of: bytes))
        if case .secret = method.family { return }
        #expect(!other.canSign && other.sign(bytes) == nil)
    }

    @Test func eachMethodHasItsOwnSignatures() throws {
        let bytes = Array("bytes".utf8)
        for one in SignatureMethod.allCases {
            let signature = try #require(try make(one).sign(bytes))
            for other in SignatureMethod.allCases where other != one {
                #expect(!(try make(other).verifies(signature, of: bytes)), "\(one) by \(other)")
            }
        }
    }

    @Test func aKeyIsOneForItsMethod() throws {
        func refusal(
            _ method: SignatureMethod, _ privateKey: [UInt8]?, _ publicKey: [UInt8]?
        ) -> SignatureKeyError? {
            do throws(SignatureKeyError) {
                _ = try SignatureKey(method, privateKey: privateKey, publicKey: publicKey)
                return nil
            } catch { return error }
        }
        for method in SignatureMethod.allCases {
            #expect(refusal(method, nil, nil) == .missing)
            #expect(refusal(method, [], []) == .missing)
        }
        #expect(
            refusal(.hs256, nil, TestKeys.rsa.publicKey) == .missing, "a secret is no public key")
        #expect(refusal(.rs256, TestKeys.rsa.privateKey, TestKeys.rsa.publicKey) == nil)
        let other = TestKeys.curve(415)
        #expect(refusal(.es256, other.privateKey, TestKeys.p256.publicKey) == .mismatch)
        for (method, keys) in [
            (SignatureMethod.rs256, TestKeys.p256), (.es256, .rsa), (.es256, .p384),
            (.es512, .p256),
            (.edDSA, .rsa), (.ps256, .edwards),
        ] {
            guard case .unusable? = refusal(method, keys.privateKey, nil),
                case .unusable? = refusal(method, nil, keys.publicKey)
            else {
                Issue.record("\(method) takes another one's key")
                continue
            }
        }
        #expect(
            refusal(.rs256, Array("nothing".utf8), nil)
                == .unusable("the private key is none, in PEM"))
        #expect(
            refusal(.rs256, TestKeys.rsa.privateKey, TestKeys.rsa.privateKey)
                == .unusable("the public key is none, in PEM"))
        #expect("\(SignatureKeyError.missing)" == "auth: missing key data")
    }

    @Test func aFileIsReadWhole() throws {
        #expect(throws: SignatureKeyError.self) { try KeyFile.read("/nowhere/key") }
        #expect(throws: SignatureKeyError.self) { try KeyFile.read("/dev/zero") }
        #expect(try KeyFile.read("/dev/null") == [])
    }
}
