/// What the command line asks for.
protocol LoadRun {
    /// Plans everything; the loop runs then, until it is stopped.
    func start()
    /// Prints what was seen.
    func report()
}
