/// A flag of `synod serve`, and what becomes of it.
struct ServeFlag: Sendable {
    /// What the flag does here.
    enum Effect: Sendable, Equatable {
        /// It does what it says.
        case effective
        /// etcd has it; here it changes nothing yet. One warning when it is given.
        case inert
        /// To go on without it would break a promise of safety or secrecy, or serve another purpose
        /// than was asked for: the sentence says which.
        case refused(String)
    }

    let flag: Flag
    let effect: Effect

    /// Makes a flag that reads SYNOD_… and, where etcd has it, ETCD_….
    init(
        _ name: String, _ argument: String?, _ fallback: String, _ effect: Effect, _ help: String,
        isOurs: Bool = false
    ) {
        let variable = String(name.map { $0 == "-" ? "_" : $0 }).uppercased()
        let environment = ["SYNOD_\(variable)"] + (isOurs ? [] : ["ETCD_\(variable)"])
        if let argument {
            flag = Flag(name, argument, default: fallback, help, environment: environment)
        } else {
            flag = Flag(
                switch: name, default: fallback == "true", help, environment: environment)
        }
        self.effect = effect
    }

    /// The value is the same as if the flag had not been given.
    func isDefault(_ value: String) -> Bool {
        guard flag.argument == nil else { return value == flag.fallback || value.isEmpty }
        return FlagValues.boolean(text: value) == FlagValues.boolean(text: flag.fallback)
    }
}
