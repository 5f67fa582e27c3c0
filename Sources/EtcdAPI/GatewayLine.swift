internal import GRPC
internal import Protobuf

/// A line of a streaming answer in JSON, as grpc-gateway writes it.
enum GatewayLine {
    static func result(_ response: some ProtobufJSONMessage) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("result")
        response.encodeJSON(into: &writer)
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    static func error(_ status: GRPCStatus) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("error")
        writer.beginObject()
        writer.name("code")
        writer.write(status.code.rawValue)
        writer.name("message")
        writer.write(status.message)
        writer.name("details")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}
