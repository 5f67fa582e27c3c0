internal import COpenSSL

/// What the other side has shown, and was found good.
package struct PeerCertificate: Sendable, Equatable {
    /// Whether its owner may call from an address.
    package enum Verdict: Sendable, Equatable {
        case allowed
        case refused
        /// It may if one of these names has the address; those with an asterisk stand for the names of
        /// a domain, one of which the address must have.
        case allowedWith(names: [String])
    }

    /// The last common name of its subject, as Go takes it; empty if there is none.
    package let commonName: String
    /// The names it is for, as far as they are looked at.
    let names: [String]
    /// Whether it names addresses, too.
    let namesAddresses: Bool
    /// Whether one of them is the one in question.
    let isForAddress: Bool

    /// Reads `certificate`, shown by somebody at `address`, a number.
    init(_ certificate: OpaquePointer, address: String) {
        commonName = Self.commonName(of: certificate)
        isForAddress = X509_check_ip_asc(certificate, address, 0) == 1
        var names: [String] = []
        var namesAddresses = false
        if let all = copenssl_names(certificate) {
            defer { GENERAL_NAMES_free(all) }
            for index in 0..<copenssl_name_count(all) {
                if copenssl_name_is_address(all, index) == 1 { namesAddresses = true }
                guard names.count < Limits.namesMax, let text = copenssl_dns_name(all, index) else {
                    continue
                }
                names.append(Self.text(text))
            }
        }
        self.names = names
        self.namesAddresses = namesAddresses
    }

    /// As etcd judges those who dial a peer's port: a certificate that names nobody may come from anywhere.
    package var verdict: Verdict {
        if isForAddress || (!namesAddresses && names.isEmpty) { return .allowed }
        return names.isEmpty ? .refused : .allowedWith(names: names)
    }

    static func commonName(of certificate: OpaquePointer) -> String {
        guard let subject = X509_get_subject_name(certificate) else { return "" }
        var last: Int32 = -1
        while true {
            let next = X509_NAME_get_index_by_NID(subject, NID_commonName, last)
            guard next >= 0 else { break }
            last = next
        }
        guard last >= 0, let entry = X509_NAME_get_entry(subject, last),
            let value = X509_NAME_ENTRY_get_data(entry)
        else { return "" }
        return text(value)
    }

    /// A name with a zero byte inside would be cut short by others: it is no name.
    private static func text(_ value: UnsafePointer<ASN1_STRING>) -> String {
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = ASN1_STRING_to_UTF8(&bytes, value)
        guard count > 0, let bytes else { return "" }
        defer { copenssl_free_text(bytes) }
        let buffer = UnsafeBufferPointer(start: bytes, count: Int(count))
        return buffer.contains(0) ? "" : String(decoding: buffer, as: UTF8.self)
    }
}
