internal import Protobuf

/// The JSON object of a request, read member by member.
struct JSONBody {
    /// Behind a member's name: its value is base64 instead of text.
    static let base64Suffix = "_base64"

    private let members: [JSONMember]

    /// - Throws: `RESTFailure` (400) if the value is no object, or has a member that is not `known`
    ///   (with or without the suffix), or the same member twice.
    init(_ value: JSONValue, known: [String]) throws(RESTFailure) {
        guard let members = value.asMembers else { throw .badRequest("a JSON object is needed") }
        self.members = members
        var seen: [String] = []
        for member in members {
            let plain =
                member.name.hasSuffix(Self.base64Suffix)
                ? String(member.name.dropLast(Self.base64Suffix.count)) : member.name
            guard known.contains(plain) else {
                throw .badRequest(
                    "unknown member '\(member.name)'; known here: \(known.joined(separator: ", "))")
            }
            guard !seen.contains(plain) else {
                throw .badRequest("member '\(plain)' is given twice")
            }
            seen.append(plain)
        }
    }

    /// Parses a body; 400 with the place of the mistake if it is not JSON.
    static func parse(_ body: [UInt8]) throws(RESTFailure) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue.parse(body)
        } catch {
            throw .badRequest("the body is not valid JSON: \(error)")
        }
    }

    /// A binary-safe value, as text or as base64; nil if the member is not there.
    func bytes(_ name: String) throws(RESTFailure) -> [UInt8]? {
        if let value = member(name) {
            guard let text = value.asString else {
                throw .badRequest("member '\(name)' must be a string")
            }
            return Array(text.utf8)
        }
        guard let value = member(name + Self.base64Suffix) else { return nil }
        guard let bytes = value.asBytes else {
            throw .badRequest("member '\(name)\(Self.base64Suffix)' must be a string in base64")
        }
        return bytes
    }

    /// A binary-safe value that must be there.
    func requiredBytes(_ name: String) throws(RESTFailure) -> [UInt8] {
        guard let bytes = try bytes(name) else { throw .badRequest("member '\(name)' is missing") }
        return bytes
    }

    /// A key: there, and not empty.
    func requiredKey() throws(RESTFailure) -> [UInt8] {
        let key = try requiredBytes("key")
        guard !key.isEmpty else { throw .badRequest("the key must not be empty") }
        return key
    }

    /// A whole number of 64 bits, as a number or a string; nil if the member is not there.
    func number(_ name: String) throws(RESTFailure) -> Int64? {
        guard let value = member(name) else { return nil }
        guard let number = value.asInteger(Int64.self) else {
            throw .badRequest("member '\(name)' must be a whole number of 64 bits")
        }
        return number
    }

    /// True or false; false if the member is not there.
    func flag(_ name: String) throws(RESTFailure) -> Bool {
        guard let value = member(name) else { return false }
        guard let flag = value.asBool else { throw .badRequest("member '\(name)' must be a bool") }
        return flag
    }

    private func member(_ name: String) -> JSONValue? { members.first { $0.name == name }?.value }
}
