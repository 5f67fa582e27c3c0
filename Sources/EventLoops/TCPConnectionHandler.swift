package import Basics

/// What a TCP connection tells its owner, and asks of it. All on the loop.
package protocol TCPConnectionHandler: AnyObject {
    /// An outgoing connection is there.
    func connectionDidOpen(_ connection: TCPConnection)
    /// Bytes came. They are valid during this call only.
    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer)
    /// The connection can write: append up to about `limit` bytes to `output`, or nothing.
    func connection(_ connection: TCPConnection, fill output: ByteQueue, limit: Int)
    /// The other side will send nothing more. True: there is still something to say to it; the owner
    /// calls `finish` or `close` in the end. False: close now.
    func connectionDidEndInput(_ connection: TCPConnection) -> Bool
    /// The connection is gone. The last call; no other call comes after it.
    func connection(_ connection: TCPConnection, didClose reason: TCPCloseReason)
}
