/// The paths of the REST API, each with the one method it takes.
enum Route: String, CaseIterable {
    case keys = "/kv/keys"
    case get = "/kv/get"
    case set = "/kv/set"
    case insert = "/kv/insert"
    case update = "/kv/update"
    case setMulti = "/kv/set-multi"
    case readModifyWrite = "/kv/rmw"
    case append = "/kv/append"
    case delete = "/kv/delete"
    case session = "/kv/session"

    /// The HTTP method.
    var method: String {
        switch self {
        case .keys, .get: "GET"
        case .delete: "DELETE"
        case .set, .insert, .update, .setMulti, .readModifyWrite, .append, .session: "POST"
        }
    }

    /// The parameters that the query may have.
    var parameters: [String] {
        switch self {
        case .keys: ["prefix", "limit", "after", "consistency"]
        case .get: ["key", "consistency"]
        case .set, .insert, .update, .append: ["key", "value"]
        case .delete: ["key"]
        case .setMulti, .readModifyWrite, .session: []
        }
    }
}
