import CMienAV
import MienImage

/// Takes the luma out of decoded pictures: upright, with square pixels, 8 bits, full range.
final class VideoLuma {
    private let name: String
    private let av: UnsafePointer<mien_av>
    private let streamAspect: PixelAspect?
    private let streamOrientation: Orientation
    /// What the pictures themselves said last of how they are turned, and their size then.
    private var said: (orientation: Orientation, width: Int32, height: Int32)?
    private var layout: Layout?
    private var stored = Plane()
    private var squared = Plane()
    private var resampler = Resampler()
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

    convenience init(of input: VideoInput, name: String) {
        self.init(name: name, av: input.av, streamAspect: input.pixelAspect, streamOrientation: input.orientation)
    }

    init(
        name: String, av: UnsafePointer<mien_av>, streamAspect: PixelAspect? = nil, streamOrientation: Orientation
    ) {
        (self.name, self.av) = (name, av)
        (self.streamAspect, self.streamOrientation) = (streamAspect, streamOrientation)
    }

    deinit {
        if let converter { scale?.pointee.sws_freeContext(converter) }
    }

    /// Sets luma and size of `frame`; reduces while it reads where the frame allows it, since a picture of 3840x2160
    /// takes longer to write to memory than to add up.
    func read(_ picture: UnsafeMutablePointer<AVFrame>, into frame: inout Frame) throws(CaptureError) {
        let (aspect, orientation) = display(of: picture)
        let (stored, height) = (Int(picture.pointee.width), Int(picture.pointee.height))
        let width = aspect.displayed(stored)
        let reduction = reduction(of: picture, pixels: width * height, enough: frame.enoughPixels)
        switch (aspect.isSquare, orientation) {
        case (true, .up):
            try readStored(picture, reducedBy: reduction, into: &frame.luma)
        case (true, _):
            try readStored(picture, reducedBy: reduction, into: &self.stored)
            orientation.apply(to: self.stored.view, into: &frame.luma)
        case (false, .up):
            try readSquare(picture, reducedBy: reduction, width: width, into: &frame.luma)
        case (false, _):
            try readSquare(picture, reducedBy: reduction, width: width, into: &squared)
            orientation.apply(to: squared.view, into: &frame.luma)
        }
        let displayed = orientation.isTransposed ? (height, width) : (width, height)
        frame.setReduction(reduction, of: reduction == 1 ? nil : displayed)
    }

    /// As `readStored`; `width`: columns of the picture as displayed, before it is reduced.
    private func readSquare(
        _ picture: UnsafeMutablePointer<AVFrame>, reducedBy reduction: Int, width: Int, into target: inout Plane
    ) throws(CaptureError) {
        try readStored(picture, reducedBy: reduction, into: &stored)
        target.resize(width: max(1, width / reduction), height: stored.height)
        let columns = Double(target.width) * Double(picture.pointee.width) / Double(width)
        let region = Region(x: 0, y: 0, width: columns, height: Double(stored.height))
        resampler.resample(
            stored.view, region: region, into: target.base, width: target.width, height: target.height,
            stride: target.stride)
    }

    func read(_ picture: UnsafeMutablePointer<AVFrame>, into target: inout Plane) throws(CaptureError) {
        var frame = Frame()
        swap(&frame.luma, &target)
        defer { swap(&frame.luma, &target) }
        try read(picture, into: &frame)
    }

    /// The largest that leaves enough pixels.
    private func reduction(of picture: UnsafeMutablePointer<AVFrame>, pixels: Int, enough: Int?) -> Int {
        guard let enough, enough > 0, layout(of: picture).luma?.canReduce == true else { return 1 }
        var reduction = 1
        while reduction < LumaFormat.largestReduction, pixels / ((reduction + 1) * (reduction + 1)) >= enough {
            reduction += 1
        }
        return reduction
    }

    /// The shape of a picture's pixels, and how it is to be turned: the container's word counts, else the picture's own. To be
    /// asked of each picture in turn.
    func display(of picture: UnsafeMutablePointer<AVFrame>) -> (PixelAspect, Orientation) {
        let own = picture.pointee.sample_aspect_ratio
        let aspect = streamAspect ?? PixelAspect(own.num, own.den) ?? .square
        let pixels = aspect.displayed(Int(picture.pointee.width)) * Int(picture.pointee.height)
        return (pixels <= VideoSource.maximumPixels ? aspect : .square, orientation(of: picture))
    }

    private func orientation(of picture: UnsafeMutablePointer<AVFrame>) -> Orientation {
        if streamOrientation != .up { return streamOrientation }
        if let side = av.pointee.av_frame_get_side_data(picture, AV_FRAME_DATA_DISPLAYMATRIX) {
            let orientation = Orientation(displayMatrix: side.pointee.data)
            said = (orientation, picture.pointee.width, picture.pointee.height)
            return orientation
        }
        // A message between pictures holds until the next one, or until another sequence, as one of another size is.
        // (ITU-T H.264, D.2.27; H.265, D.3.17)
        if let said, (said.width, said.height) == (picture.pointee.width, picture.pointee.height) {
            return said.orientation
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
