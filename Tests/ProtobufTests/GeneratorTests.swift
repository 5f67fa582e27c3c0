import Foundation
import Testing

/// The plugin as `protoc` runs it. It is built beside the tests.
@Suite struct GeneratorTests {
    private static let plugin = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "ProtobufGenerator")

    private func generate(_ arguments: [String], into folder: URL) throws {
        let plugin = "--plugin=protoc-gen-synod=\(Self.plugin.path)"
        _ = try Protoc.run([plugin, "--synod_out=\(folder.path)"] + arguments)
    }

    @Test func theCheckedInCodeIsFresh() throws {
        let checkedIn = Protoc.protos.appending(path: "../Sources/EtcdMessages").standardizedFileURL
        try Protoc.withTemporaryFolder { folder in
            try generate(["--synod_opt=descriptors"] + Protoc.fileNames(), into: folder)
            func names(_ folder: URL) throws -> [String] {
                try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            }
            let fresh = try names(folder)
            #expect(try names(checkedIn) == fresh)
            for name in fresh {
                let isSame = FileManager.default.contentsEqual(
                    atPath: folder.appending(path: name).path,
                    andPath: checkedIn.appending(path: name).path)
                #expect(isSame, "\(name) is stale: run scripts/generate-protobuf")
            }
        }
    }

    /// What the generator cannot do it refuses, instead of writing something wrong.
    @Test(arguments: [
        ("message A { double x = 1; }", ".t.A.x: the generator lacks this kind of field"),
        ("message A { sint32 x = 1; }", ".t.A.x: the generator lacks this kind of field"),
        ("message A { map<string, fixed64> x = 1; }", "the generator lacks this kind of field"),
        ("message A { optional int32 x = 1; }", ".t.A.x: the generator lacks this kind of field"),
        ("message A { A x = 1; }", ".t.A contains itself"),
        ("message A { oneof o { B b = 1; } } message B { A a = 1; }", "contains itself"),
        ("message A { } enum TypeEnum { X = 0; } enum Type { Y = 0; }", "would both be TypeEnum"),
    ])
    func whatIsNotSupportedIsRefused(text: String, error: String) throws {
        try Protoc.withTemporaryFolder { folder in
            let file = folder.appending(path: "t.proto")
            try Data("syntax = \"proto3\"; package t; \(text)".utf8).write(to: file)
            let failure = #expect(throws: Protoc.Failure.self) {
                try generate(["--proto_path=\(folder.path)", file.path], into: folder)
            }
            #expect(failure?.text.contains(error) == true, "\(failure?.text ?? "")")
        }
    }

    /// Kinds of fields and names that our own files happen not to use.
    @Test func everySupportedKindOfField() throws {
        let text = """
            syntax = "proto3"; package t;
            // What it is.
            message A {
              int32 in = 1; repeated uint32 value = 2; repeated bool size = 3; string two__words = 4;
              oneof default { bool repeat = 5; string url_id = 600; }
              repeated A children = 7;
            }
            service S { rpc GetURL(A) returns (stream A); }
            """
        try Protoc.withTemporaryFolder { folder in
            let file = folder.appending(path: "t.proto")
            try Data(text.utf8).write(to: file)
            try generate(["--proto_path=\(folder.path)", file.path], into: folder)
            let source = try String(contentsOf: folder.appending(path: "S.swift"), encoding: .utf8)
            for line in [
                "/// What it is.", "package var `in`: Int32 = 0",
                "package var value: [UInt32] = []",
                "package var twoWords: String = \"\"",
                "package enum OneOf_Default: Equatable, Sendable {",
                "case `repeat`(Bool)", "package var urlID: String {",
                "case 4802: self.`default` = try .urlID(reader.readString())",
                "package static let getURL = \"/t.S/GetURL\"",
            ] {
                #expect(source.contains(line), "\(line)")
            }
        }
    }
}
