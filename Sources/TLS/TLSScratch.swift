package import Basics

/// Memory that the sessions of one owner share, on its loop: plaintext on its way in and out.
package final class TLSScratch {
    /// One record that was read; valid while it is delivered.
    let record = UnsafeMutableRawBufferPointer.allocate(
        byteCount: Limits.recordBytesMax, alignment: 16)
    /// For plaintext that is about to be sealed.
    package let plain = ByteQueue()

    package init() {}

    deinit { record.deallocate() }
}
