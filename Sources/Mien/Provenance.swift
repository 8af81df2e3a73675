import MienNN

/// What a pipeline's answers depend on besides the input: where all of it is the same, so are they.
public struct Provenance: Hashable, Sendable {
    /// Version of the program or library.
    public var version: String
    /// The network's name, and a number that tells its file from others.
    public var network: String
    /// A number that tells how faces are found from other ways: the cascade, and the network that follows faces.
    public var finder: String
    /// The options that differ from none: `scaleFactor: 1.2, pixels: 230400`.
    public var options: String

    public init(version: String, network: String, finder: String, options: String) {
        (self.version, self.network, self.finder, self.options) = (version, network, finder, options)
    }
}

extension Pipeline {
    /// Looks at all bytes of the networks and the cascade: to be asked for once.
    public var provenance: Provenance {
        let finder = [configuration.cascade.fingerprint, AlignerModel.standardFingerprint]
        return Provenance(
            version: mienVersion,
            network: "\(network.name) \(String(network.fingerprint, radix: 16))",
            finder: finder.map { String($0, radix: 16) }.joined(separator: " "),
            options: [givenOptions(configuration.modelOptions), givenOptions(configuration.detection)].filter {
                $0 != ""
            }
            .joined(separator: ", "))
    }
}

/// The properties of a structure of options that are not nil, by their names, so that none can be forgotten.
package func givenOptions(_ options: Any) -> String {
    Mirror(reflecting: options).children.compactMap { name, value in
        let mirror = Mirror(reflecting: value)
        guard let name, mirror.displayStyle != .optional || !mirror.children.isEmpty else { return nil }
        return "\(name): \(mirror.displayStyle == .optional ? mirror.children.first?.value ?? value : value)"
    }.joined(separator: ", ")
}
