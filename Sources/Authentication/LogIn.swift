/// Somebody who has said a name and a password, and waits for a token.
struct LogIn {
    let name: String
    let password: String
    /// Whether it still waits.
    let isWanted: () -> Bool
    let then: (Result<String, AuthenticationFailure>) -> Void

    func fail(_ failure: AuthenticationFailure) { then(.failure(failure)) }
}
