/// A name of something that lies on other machines: `https://...`, `rtsp://...`, `s3://...`.
package struct NetworkAddress {
    private let address: String
    private let scheme: String

    /// Nil where `name` is none.
    package init?(_ name: String) {
        guard let colon = name.firstIndex(of: ":"), name[colon...].hasPrefix("://") else { return nil }
        let scheme = name[..<colon].lowercased()
        // RFC 3986, 3.1.
        guard let first = scheme.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first),
            scheme.unicodeScalars.allSatisfy({
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789+.-".unicodeScalars.contains($0))
            })
        else { return nil }
        (address, self.scheme) = (name, String(scheme))
    }

    /// Why it isn't opened, and what does it instead.
    package var advice: String {
        if scheme == "file" { return "name the file itself: \(address.dropFirst("file://".count))" }
        let quoted = "'\(address)'"
        let pipe =
            switch scheme {
            case "s3": "aws s3 cp \(quoted) -"
            case "gs": "gcloud storage cat \(quoted)"
            default: "ffmpeg -i \(quoted) -c copy -f matroska -"
            }
        return "mien opens no network, on purpose; what does can bring it through a pipe: \(pipe) | mien video -"
    }
}
