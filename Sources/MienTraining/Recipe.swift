public import MienNN
public import MienVision

/// All that decides how a network comes out, besides the pictures.
public struct Recipe: Sendable {
    public var architecture = "report"
    public var epochs = 40
    public var batch = 64
    public var optimiser = Optimiser.adam()
    /// The peak of `schedule`.
    public var learningRate: Float = 1e-3
    public var schedule = Schedule.cosine
    public var weightDecay: Float = 0
    public var augmentation = Augmentation()
    /// Of the moving average of the parameters, which is what is kept of an epoch; 0: the parameters themselves.
    public var averaging: Float = 0
    /// The parameters of the beta distribution by which pictures are mixed with others; 0: they are not.
    /// Zhang et al.: mixup, 2018.
    public var mixing: Float = 0
    /// Learns from the votes as shares instead of from the majority alone.
    public var learnsFromVotes = true
    /// The gradient is shortened to this length where it is longer.
    public var largestGradient = Float.infinity
    /// How far up the slope the gradient is taken that is learnt from. Foret et al.: Sharpness-Aware Minimization, 2021.
    public var sharpness: Float = 0
    /// The share of each target that is given to all six alike. Szegedy et al.: Rethinking the Inception Architecture, 2016.
    public var smoothing: Float = 0
    /// The network that it goes on from, by name and fingerprint; nil: chance.
    public var start: String?
    /// The networks whose answers are learnt from too, by name and fingerprint.
    public var teachers: [String] = []
    /// The share of each target that is the teachers' mean answer.
    public var teaching: Float = 0
    /// How far rare classes weigh more: from 0, every picture the same, to 1, every class the same.
    public var balance = 0.0
    public var normalisation = FacePicture.Normalisation.standard
    public var validationShare = 0.2
    public var seed: UInt64 = 1
    public var usesBFloat16 = false

    public init() {}

    /// Pictures that a worker takes at a time. Part of the recipe, since rounding depends on it.
    static let shard = 16

    /// For the model's metadata, and to tell whether a checkpoint belongs to this run.
    public var lines: [(key: String, value: String)] {
        [
            ("architecture", architecture), ("epochs", "\(epochs)"), ("batch", "\(batch)"),
            ("optimizer", "\(optimiser)"), ("learning rate", "\(learningRate) \(schedule.rawValue)"),
            ("weight decay", "\(weightDecay)"),
            ("augmentation", augmentation.text), ("averaging", "\(averaging)"), ("mixup", "\(mixing)"),
            ("balance", "\(balance)"), ("targets", learnsFromVotes ? "votes" : "labels"),
            ("normalisation", normalisation.rawValue),
            ("validation share", "\(validationShare)"), ("seed", "\(seed)"),
            ("bfloat16", "\(usesBFloat16)"),
        ] + laterLines
    }

    /// What has come later is named only where it is used, so that older runs can go on.
    private var laterLines: [(key: String, value: String)] {
        [
            largestGradient < .infinity ? ("largest gradient", "\(largestGradient)") : nil,
            sharpness > 0 ? ("sharpness", "\(sharpness)") : nil,
            smoothing > 0 ? ("label smoothing", "\(smoothing)") : nil,
            start.map { ("start", $0) },
            teaching > 0 ? ("taught by", "\(teachers.joined(separator: ", ")); share \(teaching)") : nil,
        ].compactMap(\.self)
    }

    /// Of what happens in the run: another one than in the run that made the network it starts from, and in those before.
    var chance: UInt64 {
        (start ?? "").utf8.reduce(seed) { mixed, byte in
            var generator = SplitMix64(mixed, UInt64(byte))
            return generator.next()
        }
    }

    public var text: String { lines.map { "\($0.key): \($0.value)" }.joined(separator: "\n") }
}
