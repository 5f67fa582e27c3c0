/// One whole HTTP/1.1 request.
package struct HTTP1Request: Sendable {
    /// `GET`, `POST`, …
    package var method: String
    /// Path and query, as sent.
    package var target: String
    /// All fields in order, names in lower case.
    package var headers: [(String, String)]
    /// The whole body, chunks joined.
    package var body: [UInt8]
    /// The body is not here: it is told to the handler in pieces, as it comes.
    package var hasOpenBody = false
    /// The client would change to another protocol, which its `upgrade` field names.
    package var asksUpgrade = false

    /// The value of the first field called `name` (in lower case).
    package func header(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }
}
