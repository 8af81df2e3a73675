extension FacePicture {
    /// How samples of 0 to 255 become a network's input. A model names its own in its metadata.
    public enum Normalisation: Hashable, Sendable {
        /// Zero mean and unit variance within each picture: what is left of dim and of glaring light is the face.
        case standard
        /// Divided by 255: 0 to 1.
        case unit
        /// -1 to 1.
        case symmetric
        /// 0 to 255, as they are.
        case raw
        /// Divided by 255; then the mean is taken off and the rest divided by the deviation: one number each, or one for
        /// each of three channels.
        case fixed(mean: [Float], deviation: [Float])

        /// The metadata key of a model's ONNX file.
        public static let metadataKey = "mien.normalisation"
        /// Those that have a name and take any number of channels.
        public static let plain: [Normalisation] = [.standard, .unit, .symmetric, .raw]
        /// What networks from torchvision and those that go on from its weights take.
        public static let imagenet = Normalisation.fixed(mean: imagenetMean, deviation: imagenetDeviation)
        private static let imagenetMean: [Float] = [0.485, 0.456, 0.406]
        private static let imagenetDeviation: [Float] = [0.229, 0.224, 0.225]

        /// How many channels it has numbers for, if it matters.
        var channels: Int? {
            guard case .fixed(let mean, let deviation) = self else { return nil }
            let count = max(mean.count, deviation.count)
            return count > 1 ? count : nil
        }
    }
}

extension FacePicture.Normalisation: RawRepresentable {
    /// What texts can say, for messages.
    public static let choices = "standard, unit, symmetric, raw, imagenet, or mean/deviation such as 0.5/0.25"

    /// Its name; or mean and deviation, with a slash between them and commas between the channels' numbers.
    public var rawValue: String {
        switch self {
        case .standard: "standard"
        case .unit: "unit"
        case .symmetric: "symmetric"
        case .raw: "raw"
        // By its parts: equality of the whole is that of raw values.
        case .fixed(Self.imagenetMean, Self.imagenetDeviation): "imagenet"
        case .fixed(let mean, let deviation):
            [mean, deviation].map { $0.map { "\($0)" }.joined(separator: ",") }.joined(separator: "/")
        }
    }

    public init?(rawValue: String) {
        if let found = (Self.plain + [.imagenet]).first(where: { $0.rawValue == rawValue }) {
            self = found
            return
        }
        let lists = rawValue.split(separator: "/", omittingEmptySubsequences: false).map { list in
            list.split(separator: ",", omittingEmptySubsequences: false).map { number in
                Float(number.filter { $0 != " " }) ?? .nan
            }
        }
        guard lists.count == 2, lists.allSatisfy({ [1, 3].contains($0.count) && $0.allSatisfy(\.isFinite) }),
            lists[1].allSatisfy({ $0 > 0 && (1 / $0).isFinite })
        else { return nil }
        self = .fixed(mean: lists[0], deviation: lists[1])
    }
}
