import EtcdMessages
import MVCC
import Protobuf

/// Serialized puts.
enum PutRequestBytes {
    static func make(_ key: String, _ value: String) -> [UInt8] {
        PutRequest.make(key, value).serializedBytes()
    }
}
