package import Signatures

/// Signed tokens, as `--auth-token jwt,…` asks for them.
package struct WebTokenOptions: Sendable, Equatable {
    package let method: SignatureMethod
    package let publicKeyFile: String?
    package let privateKeyFile: String?
    package let lifeSeconds: Int64

    package init(
        method: SignatureMethod, publicKeyFile: String?, privateKeyFile: String?,
        lifeSeconds: Int64 = Limits.webTokenSecondsDefault
    ) {
        (self.method, self.lifeSeconds) = (method, lifeSeconds)
        (self.publicKeyFile, self.privateKeyFile) = (publicKeyFile, privateKeyFile)
    }

    /// Reads the keys. It waits for the disk: not on a loop that serves.
    package func load() throws(SignatureKeyError) -> SignatureKey {
        try SignatureKey(
            method, privateKey: try Self.read(privateKeyFile),
            publicKey: try Self.read(publicKeyFile))
    }

    private static func read(_ file: String?) throws(SignatureKeyError) -> [UInt8]? {
        guard let file else { return nil }
        return try KeyFile.read(file)
    }
}
