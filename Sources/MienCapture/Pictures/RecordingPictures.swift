package import CMienAV
package import MienImage

/// The pictures of a recording, and its other streams as they are.
///
/// Small pictures are those that its source has decoded. Large ones are decoded a second time from the packets that it has
/// read, which keeps memory flat: one of them at a time exists, however far ahead of the writing the reading is.
package final class RecordingPictures: PictureReader {
    package let path: String
    package let av: UnsafePointer<mien_av>
    /// The stream of the pictures.
    package let stream: UnsafeMutablePointer<AVStream>
    private let input: VideoInput
    private let luma: VideoLuma
    private let kept: KeptPieces
    /// Of packets; nil where pictures are kept.
    private let decoder: UnsafeMutablePointer<AVCodecContext>?
    private let picture: Picture
    private var next = 0
    private var isDraining = false
    /// What takes the packets of the other streams, in their order between the pictures.
    private var copies: [(UnsafeMutablePointer<AVPacket>) -> Void] = []

    /// `isDecoded`: what is kept of the stream of the pictures is pictures, and not packets.
    init(of input: VideoInput, path: String, kept: KeptPieces, isDecoded: Bool) throws(CaptureError) {
        picture = try Picture()
        decoder = isDecoded ? nil : try VideoInput.openDecoder(for: input.stream, threads: 1, path, input.av)
        luma = VideoLuma(of: input, name: path)
        (self.input, self.path, self.kept, av, stream) = (input, path, kept, input.av, input.stream)
    }

    deinit {
        var decoder: UnsafeMutablePointer<AVCodecContext>? = decoder
        av.pointee.avcodec_free_context(&decoder)
    }

    /// Presentation time of its start in seconds.
    package var start: Double { input.start }

    /// How the container says that its pictures are turned.
    package var streamOrientation: Orientation { input.orientation }

    /// The recording as it is.
    package var format: UnsafeMutablePointer<AVFormatContext> { input.format }

    /// From now on, calls `body` with the packets of the streams of `indices`, which it must neither keep nor change: as they
    /// come between pictures. To be called before the first frame is read.
    package func copyStreams(_ indices: Set<Int32>, body: @escaping (UnsafeMutablePointer<AVPacket>) -> Void) {
        for index in indices { format.pointee.streams[Int(index)]?.pointee.discard = AVDISCARD_DEFAULT }
        copies.append { if indices.contains($0.pointee.stream_index) { body($0) } }
    }

    package func picture(of frame: borrowing Frame) throws(CaptureError) -> Picture {
        while next <= frame.number {
            guard receive() else {
                throw CaptureError(.broken, "\(path): the picture of frame \(frame.number) is lost")
            }
        }
        return picture
    }

    /// Hands on what comes after the last picture, where every picture has been asked for.
    package func finish() {
        if kept.isComplete { _ = receive() }
    }

    /// Takes the next picture; false where there is none.
    private func receive() -> Bool {
        while true {
            // Damage was counted at the first decoding.
            if decoder != nil, av.pointee.avcodec_receive_frame(decoder, picture.frame) == 0 { return gotPicture() }
            guard !isDraining else { return false }
            guard let piece = kept.take() else {
                // Those that were read ahead hold every picture that was seen; the last of them come out on draining.
                isDraining = true
                if decoder != nil { _ = av.pointee.avcodec_send_packet(decoder, nil) }
                continue
            }
            defer { kept.free(piece) }
            switch piece {
            case .packet(let packet) where packet.pointee.stream_index == stream.pointee.index:
                _ = av.pointee.avcodec_send_packet(decoder, packet)
            case .packet(let packet): for copy in copies { copy(packet) }
            case .picture(let next):
                av.pointee.av_frame_unref(picture.frame)
                guard av.pointee.av_frame_ref(picture.frame, next) >= 0 else { return false }
                return gotPicture()
            }
        }
    }

    private func gotPicture() -> Bool {
        (picture.pixelAspect, picture.orientation) = luma.display(of: picture.frame)
        next += 1
        return true
    }
}
