/// What an operator can set at this door.
package struct EtcdDoorOptions: Sendable {
    /// `--max-request-bytes`: the longest command, in bytes.
    package var requestBytesMax = Limits.requestBytesDefault
    /// `--max-txn-ops`: the most compares, and operations per branch, of a transaction.
    package var txnOperationsMax = Limits.txnOperationsDefault
    /// The longest answer, in bytes; a range beyond it must be read with a limit.
    package var responseBytesMax = Limits.responseBytesMax
    /// The version of the etcd API that is spoken, for clients that look at it.
    package var etcdVersion = "3.6.0"
    /// Synod's own version.
    package var productVersion = "0.1.0"

    /// `--metrics extensive`: whether it is measured how long calls take.
    package var measuresCalls = false

    /// `--enable-fault-injection`: whether faults are taken by order.
    package var takesFaults = false

    /// `--cors`: origins whose scripts may read answers.
    package var origins = ["*"]

    /// `--host-whitelist`: names by which plain HTTP is served.
    package var hosts = ["*"]

    package init() {}

    /// The longest gRPC message taken, in bytes: what is longer gets gRPC's own answer, not etcd's.
    package var messageBytesMax: Int { requestBytesMax + Limits.messageOverheadBytes }

    /// The longest JSON taken for one message, in bytes: the same message is longer in base64.
    package var bodyBytesMax: Int { 2 * messageBytesMax }
}
