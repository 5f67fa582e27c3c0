/// Who a client is, where users count.
public struct UserLogin: Sendable, Hashable {
    public var name: String
    public var password: String

    public init(name: String, password: String) {
        (self.name, self.password) = (name, password)
    }
}
