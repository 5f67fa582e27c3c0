internal import EtcdMessages
internal import Protobuf

/// Prints events as `etcdctl watch` does, or each response as a line of JSON.
struct WatchPrinter {
    let isJSON: Bool

    func print(_ response: WatchResponse) {
        if isJSON { return Console.write(response.serializedJSON() + [Self.newline]) }
        for event in response.events {
            Console.line(event.type == .delete ? "DELETE" : "PUT")
            if event.hasPrevKv { print(event.prevKv) }
            print(event.kv)
        }
    }

    private func print(_ pair: KeyValue) {
        Console.write(pair.key + [Self.newline] + pair.value + [Self.newline])
    }

    private static let newline = UInt8(ascii: "\n")
}
