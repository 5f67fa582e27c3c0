internal import EventLoops

/// Whether an address belongs to one of a certificate's names: by the address's own name, then by looking up
/// each of them, as etcd does it.
enum AddressCheck {
    static func run(
        _ names: [String], address: String, loop: EventLoop, completion: @escaping (Bool) -> Void
    ) {
        NameLookup.name(of: address, loop: loop) { own in
            if let own, names.contains(where: { matches(own, $0) }) { return completion(true) }
            lookUp(names.filter { !$0.hasPrefix("*.") }[...], address, loop, completion)
        }
    }

    private static func lookUp(
        _ names: ArraySlice<String>, _ address: String, _ loop: EventLoop,
        _ completion: @escaping (Bool) -> Void
    ) {
        guard let name = names.first else { return completion(false) }
        NameLookup.addresses(of: name, loop: loop) { found in
            if found.contains(address) { return completion(true) }
            lookUp(names.dropFirst(), address, loop, completion)
        }
    }

    private static func matches(_ own: String, _ name: String) -> Bool {
        let own = own.hasSuffix(".") ? String(own.dropLast()) : own
        return name.hasPrefix("*.") ? own.hasSuffix(name.dropFirst()) : own == name
    }
}
