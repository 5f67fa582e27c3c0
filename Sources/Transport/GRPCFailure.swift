package import GRPC

/// A unary call that did not go well, as the client sees it.
package struct GRPCFailure: Error, Sendable {
    /// The code.
    package var code: GRPCCode
    /// The text.
    package var message: String
    /// Further metadata of the answer, names in lower case.
    package var trailers: [(String, String)]
    /// Whether the server may have seen the request. False: it certainly has not run it, and the
    /// request may be tried again elsewhere whatever it does.
    package var wasSent: Bool
    /// Whether code and text are the server's. Else they say how the call was lost, and nothing about the request.
    package var isOfServer: Bool

    package init(
        code: GRPCCode, message: String, trailers: [(String, String)] = [], wasSent: Bool,
        isOfServer: Bool
    ) {
        self.code = code
        self.message = message
        self.trailers = trailers
        self.wasSent = wasSent
        self.isOfServer = isOfServer
    }
}
