/// What was in the files: compared to find out whether anything has changed.
package struct TLSMaterial: Sendable, Equatable {
    /// Where it came from, for complaints.
    let files: TLSFiles
    let certificate: [UInt8]?
    let key: [UInt8]?
    let trustedAuthorities: [UInt8]?
    let revocations: [UInt8]?
}
