// Other people's names of the six: for their networks' classes and their data sets' folders.
extension Expression {
    /// The expression that `text` names in any usual spelling, or nil: `Anger`, `happiness`, `3_surprised`, `SAD`.
    ///
    /// Words of FER2013, FER+, AffectNet, RAF-DB, CK+ and KDEF, and KDEF's and JAFFE's codes of two letters. Anything but
    /// letters counts for nothing. Disgust, contempt and whatever else people name are none of the six.
    public init?(anySpelling text: some StringProtocol) {
        let letters = String(text.lowercased().unicodeScalars.filter { ("a"..."z").contains($0) })
        guard let found = Self.allCases.first(where: { $0.spellings.contains(letters) }) else { return nil }
        self = found
    }

    private var spellings: [String] {
        switch self {
        case .angry: ["angry", "anger", "angriness", "an"]
        case .fear: ["fear", "fearful", "afraid", "fearfulness", "scared", "af", "fe"]
        case .happy: ["happy", "happiness", "joy", "joyful", "ha"]
        case .neutral: ["neutral", "neutrality", "ne"]
        case .sad: ["sad", "sadness", "sa"]
        case .surprise: ["surprise", "surprised", "suprise", "suprised", "su"]
        }
    }
}
