/// A property that an input has broken.
package struct Breach: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    /// Throws unless something holds.
    static func unless(
        _ condition: Bool, _ description: @autoclosure () -> String
    ) throws(Breach) {
        if !condition { throw Breach(description()) }
    }
}
