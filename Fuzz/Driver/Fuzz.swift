internal import CFuzzer
internal import FuzzTargets
internal import Glibc

/// libFuzzer on the target that the environment names: libFuzzer starts this program again with arguments of its own.
/// Or `fuzz --seeds DIRECTORY`, which writes inputs to begin with.
@main
enum Fuzz {
    /// libFuzzer calls back without any word of ours.
    nonisolated(unsafe) private static var target = FuzzTarget.http2

    static func main() throws {
        let arguments = CommandLine.arguments
        if arguments.count == 3, arguments[1] == "--seeds" { return Seeds.write(to: arguments[2]) }
        guard let name = getenv("FUZZ_TARGET"),
            let named = FuzzTarget(rawValue: String(cString: name))
        else { fail("FUZZ_TARGET names no target") }
        target = named
        exit(runDriver(arguments))
    }

    private static func runDriver(_ arguments: [String]) -> Int32 {
        var count = Int32(arguments.count)
        var pointers = arguments.map { strdup($0) } + [nil]
        return pointers.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            return LLVMFuzzerRunDriver(&count, &start) { data, size in
                Fuzz.run(UnsafeRawBufferPointer(start: data, count: size))
                return 0
            }
        }
    }

    /// A broken property ends the process: libFuzzer keeps the input.
    private static func run(_ input: UnsafeRawBufferPointer) {
        do throws(Breach) {
            try target.run(input)
        } catch {
            fatalError(error.description)
        }
    }

    private static func fail(_ message: String) -> Never {
        let text = Array("fuzz: \(message)\n".utf8)
        write(2, text, text.count)
        exit(2)
    }
}
