internal import Glibc
internal import Observability
internal import TLS

/// Certificates that vouch for themselves, kept in the data directory where etcd keeps them:
/// `fixtures/client` and `fixtures/peer`.
struct SelfSignedFiles {
    private let directory: String
    private let years: Int
    private static let daysPerYear = 365

    init(_ configuration: ServeConfiguration) {
        directory = configuration.dataDirectory + "/fixtures"
        years = configuration.security.selfSignedYears
    }

    /// The files of `side`, which are made if they are not there. Blocking.
    func files(_ side: String, for urls: [ServeURL], _ logger: Logger) throws -> TLSFiles {
        let place = "\(directory)/\(side)"
        let files = TLSFiles(certificate: "\(place)/cert.pem", key: "\(place)/key.pem")
        if access("\(place)/cert.pem", F_OK) == 0, access("\(place)/key.pem", F_OK) == 0 {
            return files
        }
        var hosts: [String] = []
        for url in urls where !hosts.contains(url.host) { hosts.append(url.host) }
        let made = try SelfSignedCertificate(hosts: hosts, validDays: years * Self.daysPerYear)
        try Files.makeDirectory(place)
        try write(made.key, to: "\(place)/key.pem", mode: 0o600)
        try write(made.certificate, to: "\(place)/cert.pem", mode: 0o644)
        logger.info("made a certificate that vouches for itself", ["at": "\(place)"])
        return files
    }

    private func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(SystemError) {
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemError("\(path) cannot be made", errno) }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw SystemError("\(path) cannot be written", errno)
        }
    }
}
