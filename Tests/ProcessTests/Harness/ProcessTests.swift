import Testing

/// Tests with real processes, one after the other: they share the machine's time.
@Suite(.serialized) struct ProcessTests {}
