internal import COpenSSL

/// A version of TLS that may be spoken; older ones never are.
package enum TLSVersion: String, Sendable, CaseIterable, Comparable {
    case tls12 = "TLS1.2"
    case tls13 = "TLS1.3"

    package static func < (left: TLSVersion, right: TLSVersion) -> Bool {
        left.number < right.number
    }

    /// OpenSSL's number.
    var number: Int32 {
        switch self {
        case .tls12: TLS1_2_VERSION
        case .tls13: TLS1_3_VERSION
        }
    }
}
