/// Writes the full names of a service's methods, as they appear in a gRPC request's path.
struct ServiceGenerator {
    let descriptor: ServiceDescriptor
    let fullName: String

    func generate(into source: inout SourceText) {
        source.line(
            "/// The methods of the service `\(fullName)`, as gRPC spells them in the path.")
        source.block("package enum \(descriptor.name)Methods") { source in
            for method in descriptor.methods {
                source.documentation(method.comment)
                source.line("package static let \(name(method)) = \"/\(fullName)/\(method.name)\"")
            }
            source.line("", "/// Every method, in the order of the .proto file.")
            let names = descriptor.methods.map(name).joined(separator: ", ")
            source.line("package static let all = [\(names)]")
        }
    }

    private func name(_ method: MethodDescriptor) -> String {
        SwiftNames.escaped(SwiftNames.lowerCamel(method.name))
    }
}
