internal import Basics

/// The form of commands in the log. Integers are little-endian, `varint` is seven bits a byte.
///
///     batch   = bundle*                      the payload that one slot decides
///     bundle  = length u32                   bytes of the bundle behind this field
///               version u8                   1; selects the fields and what they mean
///               replica u64, incarnation u64, boot u64        the origin
///               lowWater u64                 the lowest sequence that the origin may send again
///               command*
///     command = kind u8                      `CommandKind`
///               flags u8                     bit 0: session, bit 1: user; others must be 0
///               sequence varint              unique per origin
///               [session varint, sessionSequence varint]      with bit 0; `ClientSession`
///               [user length varint, bytes, authRevision varint]             with bit 1
///               length varint, request       the request's protobuf bytes, verbatim
///
/// `length` and `version` keep their place in every version. A reader that meets a newer version, an
/// unknown kind or an unknown flag stops applying: it cannot know what the others do.
package enum CommandBundle {
    /// The version that is written, and the newest that is read.
    package static let version: UInt8 = 1
    /// Bytes of a bundle before its first command.
    package static let headerBytes = 37

    static let sessionFlag: UInt8 = 1
    static let userFlag: UInt8 = 2

    /// Whether `payload` is a batch of whole bundles that this version can apply: what a leader asks
    /// before it joins what others sent.
    package static func check(_ payload: UnsafeRawBufferPointer) -> BundleError? {
        survey(payload).first
    }

    /// The first finding in `payload`, and whether anything in it needs an upgrade.
    static func survey(
        _ payload: UnsafeRawBufferPointer
    ) -> (first: BundleError?, needsUpgrade: Bool) {
        var reader = BundleReader(payload)
        var first: BundleError?
        do throws(BundleError) {
            while let bundle = try reader.next() {
                guard let error = bundle.check() else { continue }
                first = first ?? error
                if error == .upgradeNeeded { return (first, true) }
            }
        } catch {
            return (first ?? error, false)
        }
        return (first, false)
    }
}
