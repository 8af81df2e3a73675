import Mien
import MienImage

/// What becomes of the faces themselves in pictures that are shown or kept.
public enum Privacy: String, CaseIterable, Sendable {
    /// They stay as they are.
    case none
    /// So blurred that nobody can be told by them.
    case blur
    /// Covered by a plain area.
    case box
}

/// Hides faces, with a margin for all that belongs to a head, and for where it may have gone since it was seen.
///
/// A face that isn't found any more stays hidden for a while: not to be found isn't not to be there.
final class PrivacyMask {
    private struct Hidden {
        let id: Int
        var region: Region
        /// Pixels that it moved in the last step: of its edges, the most.
        var motion: (x: Double, y: Double) = (0, 0)
        var seen: Double

        mutating func scale(x: Double, y: Double) {
            region = Region(
                x: region.x * x, y: region.y * y, width: region.width * x, height: region.height * y)
            motion = (motion.x * x, motion.y * y)
        }
    }

    let privacy: Privacy
    private var hidden: [Hidden] = []
    private var (source, time) = ("", -Double.infinity)
    private var picture = Box(x: 0, y: 0, width: 0, height: 0)

    /// Seconds for which a face stays hidden after it was seen last.
    private static let hold = 0.6

    init(_ privacy: Privacy) { self.privacy = privacy }

    /// Where pictures get another size, what is hidden goes on with them.
    private func adapt(to picture: Box) {
        let (x, y) = (
            Double(picture.width) / Double(max(self.picture.width, 1)),
            Double(picture.height) / Double(max(self.picture.height, 1))
        )
        if picture != self.picture { for index in hidden.indices { hidden[index].scale(x: x, y: y) } }
        self.picture = picture
    }

    func hide(_ result: borrowing FrameResult, on canvas: Canvas, _ painter: Painter) {
        guard privacy != .none else { return }
        if result.source != source || result.time < time { hidden.removeAll(keepingCapacity: true) }
        (source, time) = (result.source, result.time)
        adapt(to: canvas.bounds)
        hidden.removeAll { time - $0.seen > Self.hold }
        for face in result.faces {
            let region = Region(face.box)
            guard let index = hidden.firstIndex(where: { $0.id == face.id }) else {
                hidden.append(Hidden(id: face.id, region: region, seen: time))
                continue
            }
            let old = hidden[index].region
            hidden[index].motion = (
                max(abs(region.x - old.x), abs(region.x + region.width - old.x - old.width)),
                max(abs(region.y - old.y), abs(region.y + region.height - old.y - old.height))
            )
            (hidden[index].region, hidden[index].seen) = (region, time)
        }
        for face in hidden {
            // It may go on while it isn't seen.
            let unseen = 1 + (time - face.seen) / Self.hold
            let (x, y) = (
                0.22 * face.region.width * unseen + 2 * face.motion.x,
                0.3 * face.region.height * unseen + 2 * face.motion.y
            )
            let region = Region(
                x: face.region.x - x, y: face.region.y - y, width: face.region.width + 2 * x,
                height: face.region.height + 2 * y)
            switch privacy {
            case .none: break
            case .blur: painter.blur(region.outerBox, on: canvas)
            case .box: painter.fill(RoundedRectangle(region, radius: 0), Colour(32, 35, 41), on: canvas)
            }
        }
    }
}
