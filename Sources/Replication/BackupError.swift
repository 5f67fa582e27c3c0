/// A file that is no whole backup, in words.
package struct BackupError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
