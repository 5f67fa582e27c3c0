/// What can be wrong with a batch of commands.
package enum BundleError: Error, Equatable, Sendable {
    /// The bytes do not have the documented form.
    case malformed
    /// A newer version, an unknown kind or an unknown flag.
    case upgradeNeeded
}
