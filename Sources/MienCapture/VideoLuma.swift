import CMienAV
import MienImage

/// Takes the luma out of decoded pictures: upright, 8 bits, full range.
final class VideoLuma {
    private let name: String
    private let av: UnsafePointer<mien_av>
    private let streamOrientation: Orientation
    private var layout: Layout?
    private var stored = Plane()
    /// libswscale's converter, made when a picture first needs it.
    private var converter: OpaquePointer?
    private var scale: UnsafePointer<mien_sws>?
    /// libswscale reads four of each, whatever the format.
    private var targets = [UnsafeMutablePointer<UInt8>?](repeating: nil, count: 4)
    private var targetStrides = [Int32](repeating: 0, count: 4)

    /// How the pictures of one pixel format are read.
    private struct Layout {
        var pixelFormat: Int32
        var range: AVColorRange
        /// nil where the format has no luma samples of its own: RGB, palettes, single bits.
        var luma: LumaFormat?
    }

    init(name: String, av: UnsafePointer<mien_av>, streamOrientation: Orientation) {
        (self.name, self.av, self.streamOrientation) = (name, av, streamOrientation)
    }

    deinit {
        if let converter { scale?.pointee.sws_freeContext(converter) }
    }

    /// Sets luma and size of `frame`; reduces while it reads where the frame allows it, since a picture of 3840x2160
    /// takes longer to write to memory than to add up.
    func read(_ picture: UnsafeMutablePointer<AVFrame>, into frame: inout Frame) throws(CaptureError) {
        let orientation = orientation(of: picture)
        let reduction = reduction(of: picture, enough: frame.enoughPixels)
        if orientation == .up {
            try readStored(picture, reducedBy: reduction, into: &frame.luma)
        } else {
            try readStored(picture, reducedBy: reduction, into: &stored)
            orientation.apply(to: stored.view, into: &frame.luma)
        }
        let (width, height) = (Int(picture.pointee.width), Int(picture.pointee.height))
        let displayed = orientation.isTransposed ? (height, width) : (width, height)
        frame.setReduction(reduction, of: reduction == 1 ? nil : displayed)
    }

    func read(_ picture: UnsafeMutablePointer<AVFrame>, into target: inout Plane) throws(CaptureError) {
        var frame = Frame()
        swap(&frame.luma, &target)
        defer { swap(&frame.luma, &target) }
        try read(picture, into: &frame)
    }

    /// The largest that leaves enough pixels.
    private func reduction(of picture: UnsafeMutablePointer<AVFrame>, enough: Int?) -> Int {
        guard let enough, enough > 0, layout(of: picture).luma?.canReduce == true else { return 1 }
        let pixels = Int(picture.pointee.width) * Int(picture.pointee.height)
        var reduction = 1
        while reduction < LumaFormat.largestReduction, pixels / ((reduction + 1) * (reduction + 1)) >= enough {
            reduction += 1
        }
        return reduction
    }

    /// The container's word counts, else the picture's own.
    func orientation(of picture: UnsafeMutablePointer<AVFrame>) -> Orientation {
        if streamOrientation != .up { return streamOrientation }
        if let side = av.pointee.av_frame_get_side_data(picture, AV_FRAME_DATA_DISPLAYMATRIX) {
            return Orientation(displayMatrix: side.pointee.data)
        }
        // Some decoders of photos hand on EXIF as text.
        guard let tag = av.pointee.av_dict_get(picture.pointee.metadata, "Orientation", nil, 0) else { return .up }
        return Int(String(cString: tag.pointee.value).filter(\.isNumber)).flatMap(Orientation.init) ?? .up
    }

    private func readStored(
        _ picture: UnsafeMutablePointer<AVFrame>, reducedBy reduction: Int, into target: inout Plane
    ) throws(CaptureError) {
        let (width, height) = (Int(picture.pointee.width), Int(picture.pointee.height))
        guard width > 0, height > 0, width * height <= VideoSource.maximumPixels else {
            throw CaptureError(.unsupported, "\(name): a picture of \(width)x\(height) is too large")
        }
        // Every format with luma has it in its first plane.
        guard let luma = layout(of: picture).luma, let base = picture.pointee.data.0 else {
            return try convert(picture, into: &target)
        }
        let stride = Int(picture.pointee.linesize.0)
        if reduction == 1 {
            luma.read(base, stride: stride, width: width, height: height, into: &target)
        } else {
            luma.read(base, stride: stride, width: width, height: height, reducedBy: reduction, into: &target)
        }
    }

    private func layout(of picture: UnsafeMutablePointer<AVFrame>) -> Layout {
        let (pixelFormat, range) = (picture.pointee.format, picture.pointee.color_range)
        if let layout, layout.pixelFormat == pixelFormat, layout.range == range { return layout }
        let description = av.pointee.av_pix_fmt_desc_get(AVPixelFormat(pixelFormat))
        let new = Layout(
            pixelFormat: pixelFormat, range: range, luma: description.flatMap { LumaFormat($0.pointee, range: range) })
        layout = new
        return new
    }

    private func convert(_ picture: UnsafeMutablePointer<AVFrame>, into target: inout Plane) throws(CaptureError) {
        // Loaded once; this only hands out the table again.
        let sws = try FFmpeg.loadScale()
        scale = sws
        let (width, height) = (picture.pointee.width, picture.pointee.height)
        converter = sws.pointee.sws_getCachedContext(
            converter, width, height, AVPixelFormat(picture.pointee.format), width, height, AV_PIX_FMT_GRAY8,
            SWS_POINT, nil, nil, nil)
        guard let converter else {
            throw CaptureError(.unsupported, "\(name): its pixels cannot be converted: \(av.reason(-EINVAL))")
        }
        target.resize(width: Int(width), height: Int(height))
        // C's arrays in a structure are tuples here; only their addresses are of use.
        guard let data = picture.pointer(to: \.data), let strides = picture.pointer(to: \.linesize) else { return }
        targets[0] = target.base
        targetStrides[0] = Int32(target.stride)
        _ = sws.pointee.sws_scale(
            converter, UnsafeRawPointer(data).assumingMemoryBound(to: UnsafePointer<UInt8>?.self),
            UnsafeRawPointer(strides).assumingMemoryBound(to: Int32.self), 0, height, targets, targetStrides)
    }
}

extension LumaFormat {
    /// The layout of a pixel format's luma; nil where it has none of 8 to 16 whole bits.
    fileprivate init?(_ description: AVPixFmtDescriptor, range: AVColorRange) {
        let without =
            AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL
            | AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_FLOAT
        let name = String(cString: description.name)
        let luma = description.comp.0
        guard description.flags & UInt64(without) == 0, !name.hasPrefix("xyz"), (8...16).contains(luma.depth) else {
            return nil
        }
        self.init()
        depth = Int(luma.depth)
        shift = Int(luma.shift)
        step = Int(luma.step)
        offset = Int(luma.offset)
        isBigEndian = description.flags & UInt64(AV_PIX_FMT_FLAG_BE) != 0
        isLimited = !description.isFull(range)
    }
}
