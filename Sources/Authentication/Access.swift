package import StateMachine

/// What a request says of who asks.
package struct Bearer {
    /// A token that somebody logged in for.
    package let token: String?
    /// The common name of the client's certificate; nil without one, and on behalf of others.
    package let certificateName: String?
    /// Who it was found to be when its call began.
    let standing: Standing?

    package init(token: String?, certificateName: String? = nil) {
        self.token = token
        self.certificateName = certificateName
        standing = nil
    }

    init(_ standing: Standing) {
        (token, certificateName) = (nil, nil)
        self.standing = standing
    }

    /// - Parameters:
    ///   - token: as gRPC's clients send it.
    ///   - authorization: a token with the name of its scheme, or without.
    package init(token: String?, authorization: String?, certificateName: String? = nil) {
        self.init(
            token: token ?? authorization.map(Self.withoutScheme),
            certificateName: certificateName)
    }

    private static func withoutScheme(_ value: String) -> String {
        let scheme = "bearer "
        guard value.prefix(scheme.count).lowercased() == scheme else { return value }
        return String(value.dropFirst(scheme.count))
    }
}

/// Somebody who was let in, at a revision of users and roles.
struct Standing {
    let user: [UInt8]
    let authRevision: UInt64
}

/// Who asks.
package struct Access: Equatable, Sendable {
    package let user: [UInt8]
    /// The revision of the rights that the token was made for; nil: it is good for any.
    let authRevision: UInt64?
}

/// Why somebody is not let in.
package enum AccessError: Error, Equatable {
    /// The token is nobody's, or not any more.
    case invalidToken
    /// Nobody says who asks; or who asks may not.
    case refused(KVError)
}
