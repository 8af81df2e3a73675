public import MienVision

/// Networks that another one learns from, beside the labels: one or several, of any make.
public enum Teachers {
    /// The mean of what `networks` answer to each picture and its mirror image.
    public static func answers(
        of networks: [ExpressionModel], to pictures: PictureSet, threads: Int
    ) throws(VisionError) -> [Probabilities] {
        let all = try networks.map { network throws(VisionError) in
            try Evaluation.answers(of: network, to: pictures, threads: threads, flipping: true)
        }
        return (0..<pictures.count).map { index in
            Probabilities(
                MienVision.Expression.allCases.map { expression in
                    all.reduce(Float(0)) { $0 + $1[index][expression] } / Float(all.count)
                })
        }
    }

    /// How a recipe names the network in a file of those `contents`: others are another teacher.
    public static func name(_ network: ExpressionModel, contents: [UInt8]) -> String {
        let hash = contents.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return "\(network.name) \(String(hash, radix: 16))"
    }
}
