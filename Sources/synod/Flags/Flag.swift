/// One flag of a command: what is written, what it means, and what it is when it is not written.
struct Flag: Sendable {
    /// The name without its dashes.
    let name: String
    /// What stands behind the flag in the help, as `FILE`; nil for a switch, which takes no argument.
    let argument: String?
    /// The value when the flag is neither written nor in the environment.
    let fallback: String
    /// One sentence for the help.
    let help: String
    /// The environment variables that are read, in this order, when the flag is not written.
    let environment: [String]

    /// A flag that takes an argument.
    init(
        _ name: String, _ argument: String, default fallback: String = "", _ help: String,
        environment: [String] = []
    ) {
        self.name = name
        self.argument = argument
        self.fallback = fallback
        self.help = help
        self.environment = environment
    }

    /// A switch: `--name`, or `--name=true` and `--name=false`.
    init(switch name: String, default fallback: Bool = false, _ help: String) {
        self.init(switch: name, default: fallback, help, environment: [])
    }

    /// A switch that is read from the environment too.
    init(switch name: String, default fallback: Bool, _ help: String, environment: [String]) {
        self.name = name
        argument = nil
        self.fallback = fallback ? "true" : "false"
        self.help = help
        self.environment = environment
    }

    /// The flag that every command has.
    static let helpSwitch = Flag(switch: "help", "print this text")
    /// The one flag with a short form: -h.
    static let helpShort = "h"
}
