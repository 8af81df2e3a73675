import Mien
import MienCapture
import MienSystem

/// A picture as it was shown, and its result, in two new files.
enum Snapshot {
    /// Gives the names of the files.
    static func save(_ picture: Picture, _ result: borrowing FrameResult, model: String) throws(SinkError) -> String {
        let path = freshName("png")
        let data: [UInt8]
        do throws(CaptureError) {
            let still = try StillPicture()
            try still.take(picture)
            data = try still.png(of: Box(x: 0, y: 0, width: still.width, height: still.height))
        } catch {
            throw SinkError("no snapshot: \(error)")
        }
        let file = try OutputFile(new: path)
        file.text.append(bytes: data)
        do throws(SinkError) { try file.close() } catch {
            unlink(path)
            throw error
        }
        let lines = JSONLines(try OutputFile(new: path.dropLast(3) + "json"))
        try lines.begin(RunDescription(model: model))
        try lines.write(result)
        try lines.finish()
        return "\(path) and \(path.dropLast(3))json"
    }
}
