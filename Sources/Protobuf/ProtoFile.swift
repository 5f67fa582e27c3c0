/// A .proto file as servers tell clients of it (gRPC's reflection).
package struct ProtoFile: Sendable {
    package let name: String
    /// The files that it imports.
    package let dependencies: [String]
    /// The full names of its services.
    package let services: [String]
    /// The full names of its messages and enums, nested ones included.
    package let types: [String]
    /// Its `google.protobuf.FileDescriptorProto`, in base64.
    package let descriptor: String

    package init(
        name: String, dependencies: [String], services: [String], types: [String],
        descriptor: String
    ) {
        self.name = name
        self.dependencies = dependencies
        self.services = services
        self.types = types
        self.descriptor = descriptor
    }
}
