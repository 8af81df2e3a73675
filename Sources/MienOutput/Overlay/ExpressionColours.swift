import MienImage
import MienVision

extension Expression {
    /// The colour that stands for it in pictures: the one that terminals give it, in a tone that is bright on dark grounds.
    var colour: Colour {
        switch self {
        case .angry: Colour(255, 92, 87)
        case .fear: Colour(222, 120, 255)
        case .happy: Colour(84, 222, 110)
        case .neutral: Colour(205, 210, 216)
        case .sad: Colour(96, 160, 255)
        case .surprise: Colour(255, 211, 64)
        }
    }

    /// The same for a terminal: SGR parameters of ECMA-48, of which 39 is the colour of plain letters there.
    var terminalColour: Int {
        switch self {
        case .angry: 91
        case .fear: 95
        case .happy: 92
        case .neutral: 39
        case .sad: 94
        case .surprise: 93
        }
    }
}

extension Colour {
    /// As much more transparent.
    func faded(_ share: Double) -> Colour { Colour(red, green, blue, alpha: alpha * share) }
}
