import MienNN

/// Which pictures of a training set are learnt from, and which are kept back to choose by.
public struct Split: Sendable {
    public var training: [Int]
    public var validation: [Int]

    /// Shuffles by `seed` and keeps back `share` of the pictures, none of which is disputed.
    ///
    /// FER2013 has some pictures several times: all copies of one go to the same side.
    public init(_ pictures: PictureSet, validationShare share: Double, seed: UInt64) {
        var copies: [[UInt8]: [Int]] = [:]
        var order: [[UInt8]] = []
        for index in 0..<pictures.count {
            let key = pictures.withPicture(index) { Array($0) }
            if copies[key, default: []].isEmpty { order.append(key) }
            copies[key, default: []].append(index)
        }
        var generator = SplitMix64(seed, Purpose.split)
        generator.shuffle(&order)
        let wanted = Int((Double(pictures.isDisputed.count { !$0 }) * share).rounded())
        (training, validation) = ([], [])
        for key in order {
            let indices = copies[key] ?? []
            if validation.count + indices.count <= wanted, !indices.contains(where: { pictures.isDisputed[$0] }) {
                validation += indices
            } else {
                training += indices
            }
        }
        // In the order of the file, so that it is the seed of each epoch alone that says what comes when.
        training.sort()
        validation.sort()
    }
}

/// What a stream of chance is for: each has its own.
enum Purpose {
    static let split: UInt64 = 1
    static let order: UInt64 = 2
    static let augmentation: UInt64 = 3
    static let step: UInt64 = 4
    static let mixing: UInt64 = 6
    static let teaching: UInt64 = 7
    static let scene: UInt64 = 8
    static let background: UInt64 = 9
}
