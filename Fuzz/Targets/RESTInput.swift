internal import StateMachine

@testable internal import RESTAPI

/// What the REST API takes: the query of a path, a body, a read token, an idempotency key.
enum RESTInput {
    static func run(_ input: UnsafeRawBufferPointer) throws(Breach) {
        guard let mode = input.first else { return }
        let rest = Array(input.dropFirst())
        switch mode & 3 {
        case 0: try query(rest, of: Route.allCases[Int(mode >> 2) % Route.allCases.count])
        case 1: body(rest)
        case 2: try token(String(decoding: rest, as: UTF8.self))
        default: try escapes(rest)
        }
    }

    private static func query(_ bytes: [UInt8], of route: Route) throws(Breach) {
        guard let query = try? QueryParameters(bytes, known: route.parameters) else { return }
        for name in route.parameters {
            let value = query[name]
            try Breach.unless(
                (value?.count ?? 0) <= bytes.count, "\(name) is longer than the query")
            if let number = try? query.positiveNumber(name) {
                try Breach.unless(number > 0, "\(name) is \(number)")
            }
        }
        _ = try? query.requiredKey()
        _ = try? query.consistency(default: .linearizable)
    }

    private static func body(_ bytes: [UInt8]) {
        let known = ["key", "value", "expected", "delta", "prefix", "flag"]
        guard let value = try? JSONBody.parse(bytes),
            let body = try? JSONBody(value, known: known)
        else { return }
        for name in known {
            _ = try? body.bytes(name)
            _ = try? body.number(name)
            _ = try? body.flag(name)
        }
        _ = try? body.requiredKey()
    }

    private static func token(_ text: String) throws(Breach) {
        if let token = try? ReadToken(text: text) {
            let again = try? ReadToken(text: token.text)
            try Breach.unless(again == token, "\(token.text) is another read token")
        }
        let request = RESTRequest(method: "POST", path: "/kv/set", idempotencyKey: text)
        if let session = try? request.session() {
            try Breach.unless(
                session.id > 0 && session.sequence > 0, "\(text) is \(session)")
        }
    }

    /// Any bytes can be said in a query.
    private static func escapes(_ bytes: [UInt8]) throws(Breach) {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.flatMap { byte -> [UInt8] in
            [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        try Breach.unless(
            PercentCoding.decode(text, plusIsSpace: true) == bytes, "escapes lose bytes")
        _ = PercentCoding.decode(bytes, plusIsSpace: false)
    }
}
