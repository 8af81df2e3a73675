import CMienV4L2
import Glibc

/// A V4L2 device that takes pictures and shows them to other programs as a camera: v4l2loopback, say. Closed with the last
/// reference to it.
package final class OutputDevice {
    /// How the device wants its pictures.
    package struct Format: Hashable, Sendable {
        package var fourCC: FourCC
        package var width: Int
        package var height: Int
        /// Bytes from row to row of the first plane, and how many it has room for.
        package var stride: Int
        package var size: Int
    }

    private let node: VideoNode

    /// Opens the device. Throws where it is none that takes pictures.
    package init(_ path: String, calls: any CameraCalls = SystemCalls()) throws(CameraError) {
        do {
            node = try VideoNode(path, calls: calls)
        } catch .notFound {
            throw CameraError(
                .notFound, path,
                "cannot open \(path): it isn't there (a virtual camera is made so: sudo modprobe v4l2loopback)")
        }
        var capability = v4l2_capability()
        guard node.call(.queryCapability, &capability) == 0,
            capability.device_caps & UInt32(V4L2_CAP_VIDEO_OUTPUT) != 0
        else {
            throw CameraError(
                .unsupported, path,
                "cannot write to \(path): it takes no pictures (a virtual camera does: sudo modprobe v4l2loopback)")
        }
    }

    /// Agrees on a format for pictures of that size and rate: what the device has if it is fixed, else one of `fourCCs`,
    /// the first it takes. (`VIDIOC_G_FMT`, `VIDIOC_S_FMT`, `VIDIOC_S_PARM`)
    package func agree(on fourCCs: [FourCC], width: Int, height: Int, rate: Double?) throws(CameraError) -> Format {
        var current = v4l2_format()
        current.type = V4L2_BUF_TYPE_VIDEO_OUTPUT.rawValue
        var wishes = fourCCs
        if node.call(.getFormat, &current) == 0 {
            let own = FourCC(rawValue: current.fmt.pix.pixelformat)
            if let index = wishes.firstIndex(of: own) { wishes.swapAt(0, index) }
        }
        for wish in wishes {
            var format = v4l2_format()
            format.type = V4L2_BUF_TYPE_VIDEO_OUTPUT.rawValue
            format.fmt.pix.width = UInt32(clamping: width)
            format.fmt.pix.height = UInt32(clamping: height)
            format.fmt.pix.pixelformat = wish.rawValue
            format.fmt.pix.field = V4L2_FIELD_NONE.rawValue
            try node.perform(.setFormat, &format, to: "set the format of")
            let pix = format.fmt.pix
            guard fourCCs.contains(FourCC(rawValue: pix.pixelformat)), pix.width > 0, pix.height > 0 else { continue }
            set(rate: rate)
            return Format(
                fourCC: FourCC(rawValue: pix.pixelformat), width: Int(pix.width), height: Int(pix.height),
                stride: Int(pix.bytesperline), size: Int(pix.sizeimage))
        }
        let names = fourCCs.map(\.description).joined(separator: " nor ")
        throw CameraError(
            .unsupported, node.path,
            "cannot write to \(node.path): it takes neither \(names) (its format is fixed: make it anew)")
    }

    /// Readers are told how often pictures come. Drivers without rates don't mind.
    private func set(rate: Double?) {
        guard let rate else { return }
        var parameters = v4l2_streamparm()
        parameters.type = V4L2_BUF_TYPE_VIDEO_OUTPUT.rawValue
        parameters.parm.output.timeperframe = v4l2_fract(
            numerator: 1000, denominator: UInt32(clamping: Int(min(max(rate * 1000, 1), 1e9))))
        _ = node.call(.setParameters, &parameters)
    }

    /// Hands a picture over. One that the device has no room for is left out. (`write`)
    package func write(_ bytes: UnsafeRawBufferPointer) throws(CameraError) {
        while Glibc.write(node.descriptor, bytes.baseAddress, bytes.count) < 0 {
            let error = Glibc.errno
            if error == EAGAIN { return }
            if error != EINTR { throw CameraError("write", error, path: node.path, to: "write to") }
        }
    }
}
