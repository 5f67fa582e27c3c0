/// Every type of every file, by its full name with a full stop in front.
struct Schema {
    /// Swift names of messages and enums.
    private(set) var swiftNames: [String: String] = [:]
    /// The messages.
    private(set) var messages: [String: MessageDescriptor] = [:]

    init(files: [FileDescriptor]) throws(GeneratorError) {
        for file in files {
            let scope = file.package.isEmpty ? "" : "." + file.package
            for message in file.messages { try add(message, scope: scope, swiftScope: "") }
            for type in file.enums { try add(type, scope: scope, swiftScope: "") }
        }
        for name in messages.keys.sorted() {
            try checkFields(of: name)
            try checkFinite(name, path: [])
        }
    }

    /// The Swift name of a type that `protoc` has resolved.
    func swiftName(_ fullName: String) -> String {
        guard let name = swiftNames[fullName] else { preconditionFailure("unresolved \(fullName)") }
        return name
    }

    private mutating func add(
        _ message: MessageDescriptor, scope: String, swiftScope: String
    ) throws(GeneratorError) {
        let fullName = scope + "." + message.name
        let swiftName = swiftScope + SwiftNames.type(message.name, suffix: "Message")
        try register(swiftName, for: fullName)
        messages[fullName] = message
        for nested in message.messages {
            try add(nested, scope: fullName, swiftScope: swiftName + ".")
        }
        for nested in message.enums {
            try add(nested, scope: fullName, swiftScope: swiftName + ".")
        }
    }

    private mutating func add(
        _ type: EnumDescriptor, scope: String, swiftScope: String
    ) throws(GeneratorError) {
        let swiftName = swiftScope + SwiftNames.type(type.name, suffix: "Enum")
        try register(swiftName, for: scope + "." + type.name)
    }

    /// All packages share one Swift module, so that a name may be used once only.
    private mutating func register(_ swiftName: String, for name: String) throws(GeneratorError) {
        if let other = swiftNames.first(where: { $0.value == swiftName })?.key {
            throw GeneratorError(text: "\(name) and \(other) would both be \(swiftName) in Swift")
        }
        swiftNames[name] = swiftName
    }

    private func checkFields(of name: String) throws(GeneratorError) {
        for field in messages[name]?.fields ?? [] {
            guard FieldKind(field, in: self) != nil, !field.hasExplicitPresence else {
                throw GeneratorError(
                    text: "\(name).\(field.name): the generator lacks this kind of field")
            }
        }
    }

    /// A Swift value cannot contain itself, unless in an array.
    private func checkFinite(_ name: String, path: [String]) throws(GeneratorError) {
        if path.contains(name) {
            throw GeneratorError(text: "\(name) contains itself")
        }
        for field in messages[name]?.fields ?? [] where !field.isRepeated && field.typeNumber == 11
        {
            try checkFinite(field.typeName, path: path + [name])
        }
    }
}
