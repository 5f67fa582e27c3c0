internal import Protobuf

/// The protoc plugin: reads a request from the standard input and writes Swift sources as the
/// answer. `scripts/generate-protobuf` runs it.
@main
struct Main {
    static func main() throws {
        let input = try StandardStreams.readAll()
        let request = try GeneratorRequest(serializedBytes: input)
        try StandardStreams.writeAll(respond(to: request).serializedBytes())
    }

    /// An error in the .proto files is an answer too, not a failure of the plugin.
    static func respond(to request: GeneratorRequest) -> GeneratorResponse {
        do throws(GeneratorError) {
            let schema = try Schema(files: request.files)
            var response = GeneratorResponse()
            for file in request.files where request.namesToGenerate.contains(file.name) {
                response.files += FileGenerator(file: file, schema: schema).generate()
            }
            if request.parameter == "descriptors" {
                let files = request.files.filter { request.namesToGenerate.contains($0.name) }
                response.files.append(DescriptorGenerator(files: files).generate())
            }
            return response
        } catch {
            return GeneratorResponse(error: error.text)
        }
    }
}
