/// A sequential read shows at least the revision of the answer that gave its token.
enum SequentialReadCheck {
    static func run(_ history: History, into report: inout Report) {
        for (index, operation) in history.operations.enumerated() {
            guard case .get(_, .sequential(let since)) = operation.action,
                let answer = operation.answer, answer.revision < since
            else { continue }
            report.add(
                .sequentialReads,
                "a read with a token of revision \(since) shows revision \(answer.revision)",
                [index])
        }
    }
}
