package import CMienAV

/// The pictures of a recording, decoded a second time from the packets that its source has read, and the recording's other
/// streams as they are.
///
/// A second decoding costs a fraction of what any use of a picture costs, and keeps memory flat: one picture at a time
/// exists, however far ahead of the writing the reading is.
package final class RecordingPictures: PictureReader {
    package let path: String
    package let av: UnsafePointer<mien_av>
    /// The stream of the pictures.
    package let stream: UnsafeMutablePointer<AVStream>
    private let input: VideoInput
    private let luma: VideoLuma
    private let packets: KeptPackets
    private let decoder: UnsafeMutablePointer<AVCodecContext>
    private let picture: Picture
    private var next = 0
    private var isDraining = false
    /// What takes the packets of the other streams, in their order between the pictures.
    private var copy: ((UnsafeMutablePointer<AVPacket>) -> Void)?

    init(of input: VideoInput, path: String, packets: KeptPackets) throws(CaptureError) {
        picture = try Picture()
        decoder = try VideoInput.openDecoder(for: input.stream, threads: 1, path, input.av)
        luma = VideoLuma(name: path, av: input.av, streamOrientation: input.orientation)
        (self.input, self.path, self.packets, av, stream) = (input, path, packets, input.av, input.stream)
    }

    deinit {
        var decoder: UnsafeMutablePointer<AVCodecContext>? = decoder
        av.pointee.avcodec_free_context(&decoder)
    }

    /// The recording as it is.
    package var format: UnsafeMutablePointer<AVFormatContext> { input.format }

    /// From now on, calls `body` with the packets of the streams of `indices`, which it must not keep: as they come between
    /// pictures. To be called before the first frame is read.
    package func copyStreams(_ indices: Set<Int32>, body: @escaping (UnsafeMutablePointer<AVPacket>) -> Void) {
        for index in indices { format.pointee.streams[Int(index)]?.pointee.discard = AVDISCARD_DEFAULT }
        copy = { if indices.contains($0.pointee.stream_index) { body($0) } }
    }

    package func picture(of frame: borrowing Frame) throws(CaptureError) -> Picture {
        while next <= frame.number {
            guard receive() else {
                throw CaptureError(.broken, "\(path): frame \(frame.number) cannot be decoded a second time")
            }
        }
        return picture
    }

    /// Hands on what comes after the last picture, where every picture has been asked for.
    package func finish() {
        if packets.isComplete { _ = receive() }
    }

    /// Decodes the next picture; false where there is none.
    private func receive() -> Bool {
        while true {
            switch av.pointee.avcodec_receive_frame(decoder, picture.frame) {
            case 0:
                picture.orientation = luma.orientation(of: picture.frame)
                next += 1
                return true
            case mien_averror_eof: return false
            // Damage was counted at the first decoding.
            default: if !feed() { return false }
            }
        }
    }

    private func feed() -> Bool {
        guard !isDraining else { return false }
        while let taken = packets.take() {
            var packet: UnsafeMutablePointer<AVPacket>? = taken
            defer { av.pointee.av_packet_free(&packet) }
            if taken.pointee.stream_index == stream.pointee.index {
                _ = av.pointee.avcodec_send_packet(decoder, taken)
                return true
            }
            copy?(taken)
        }
        // Those that were read ahead hold every picture that was seen; the last of them come out on draining.
        isDraining = true
        _ = av.pointee.avcodec_send_packet(decoder, nil)
        return true
    }
}
