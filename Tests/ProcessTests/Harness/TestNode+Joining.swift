extension TestNode {
    /// The words of `synod serve` that follow from what `member add` has printed: the variables as flags.
    func arguments(joiningBy printed: [String]) -> [String] {
        var words = [
            "serve", "--data-dir", dataDirectory, "--listen-client-urls", url,
            "--advertise-client-urls", url, "--listen-peer-urls", peerURL, "--stop-at-end-of-input",
        ]
        for line in printed {
            guard line.hasPrefix("ETCD_"), let equals = line.firstIndex(of: "=") else { continue }
            let name = line[..<equals].dropFirst("ETCD_".count)
            let flag = name.lowercased().map { $0 == "_" ? "-" : $0 }
            let value = line[line.index(after: equals)...].filter { $0 != "\"" }
            words += ["--" + String(flag), value]
        }
        return words
    }
}
