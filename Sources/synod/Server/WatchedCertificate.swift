internal import TLS

/// A context, and what it was made of. Another value when the files have changed.
struct WatchedCertificate: Sendable {
    let context: TLSContext
    private let files: TLSFiles
    private let material: TLSMaterial

    /// Reads the files. Blocking.
    init(_ role: TLSContext.Role, _ files: TLSFiles, _ policy: TLSPolicy) throws(TLSError) {
        self.files = files
        material = try files.read()
        context = try TLSContext(role, material, policy)
    }

    private init(_ context: TLSContext, _ files: TLSFiles, _ material: TLSMaterial) {
        self.context = context
        self.files = files
        self.material = material
    }

    /// Reads the files again; nil if they say what they said. Blocking. Fails while only one of two files that
    /// belong together has been replaced: later.
    func renewed() throws(TLSError) -> WatchedCertificate? {
        let now = try files.read()
        guard now != material else { return nil }
        return WatchedCertificate(
            try TLSContext(context.role, now, context.policy), files, now)
    }
}
