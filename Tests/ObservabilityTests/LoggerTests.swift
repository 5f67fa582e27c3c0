import Foundation
import Observability
import Testing

@Suite("Logger")
struct LoggerTests {
    /// What `body` logs to a sink of that level.
    private func logged(_ level: LogLevel?, _ body: (Logger) -> Void) throws -> [String] {
        let pipe = Pipe()
        let sink = LogSink(
            level: level, format: .text, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        body(Logger(component: "test", sink: sink))
        try pipe.fileHandleForWriting.close()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: " ", maxSplits: 1).last.map(String.init) ?? ""
        }
    }

    private func logAll(_ log: Logger) {
        log.debug("a")
        log.info("b")
        log.warning("c", ["n": 1])
        log.error("d")
        log.fatal("e")
    }

    @Test("writes what is important enough, one line each")
    func threshold() throws {
        #expect(
            try logged(.warning, logAll) == ["WARN  test: c n=1", "ERROR test: d", "FATAL test: e"])
        #expect(try logged(.debug, logAll).count == 5)
        #expect(try logged(nil, logAll).isEmpty)
    }

    @Test("does not make what it does not write")
    func lazy() throws {
        var made = 0
        func make() -> String {
            made += 1
            return "x"
        }
        let lines = try logged(.error) { log in
            log.info(make(), ["a": "\(make())"])
            #expect(!log.isEnabled(.info))
        }
        #expect(lines.isEmpty)
        #expect(made == 0)
    }

    @Test("a named logger speaks for another component")
    func named() throws {
        #expect(try logged(.info) { $0.named("log").info("cut") } == ["INFO  log: cut"])
    }

    @Test("a descriptor that is closed loses the line and nothing else")
    func closedDescriptor() {
        Logger(component: "test", sink: LogSink(level: .debug, descriptor: -1)).info("lost")
    }

    @Test("flags name levels", arguments: LogLevel.allCases)
    func flags(level: LogLevel) {
        #expect(LogLevel(flag: level.name) == level)
    }

    @Test("etcd's panic is fatal; other words are no level")
    func otherFlags() {
        #expect(LogLevel(flag: "panic") == .fatal)
        #expect(LogLevel(flag: "warning") == .warning)
        #expect(LogLevel(flag: "loud") == nil)
        #expect(LogLevel.debug < .info && .error < .fatal)
    }
}
