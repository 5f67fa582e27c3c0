/// All checks of a finished history.
package enum HistoryCheck {
    /// Holds the history against every rule. The same history gives the same report.
    package static func run(_ history: History) -> Report {
        var report = Report()
        let evidence = Evidence(history, into: &report)
        RevisionOrderCheck.run(evidence, into: &report)
        StateAtRevisionCheck.run(evidence, into: &report)
        ConditionCheck.run(evidence, into: &report)
        VersionCheck.run(evidence, into: &report)
        AppendCheck.run(evidence, into: &report)
        SequentialReadCheck.run(history, into: &report)
        EqualNodesCheck.run(history, into: &report)
        LinearizabilityCheck.run(evidence, into: &report)
        return report
    }
}
