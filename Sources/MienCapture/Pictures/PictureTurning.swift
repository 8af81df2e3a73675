package import CMienAV

extension Picture {
    /// Writes it upright and with square pixels into `target`, as `format`: a format of FFmpeg's whose chroma is halved both ways or not at all.
    /// `size`: as displayed; nil: its own.
    package func turn(
        into target: Picture, as format: AVPixelFormat, range: AVColorRange = AVCOL_RANGE_MPEG,
        size: (width: Int, height: Int)? = nil, using converter: PictureConverter, by way: Picture
    ) throws(CaptureError) {
        let stored = frame.pointee
        func prepare(_ picture: Picture, _ width: Int, _ height: Int) throws(CaptureError) {
            try picture.resize(width: width, height: height, format: format)
            picture.frame.pointee.colorspace = stored.colorspace
            picture.frame.pointee.color_range = range
            (picture.pixelAspect, picture.orientation) = (.square, .up)
        }
        let first = orientation == .up ? target : way
        let (width, height) = size ?? (self.width, self.height)
        let isTransposed = orientation.isTransposed
        try prepare(first, isTransposed ? height : width, isTransposed ? width : height)
        try convert(into: first, using: converter)
        first.orientation = orientation
        guard orientation != .up else { return }
        try prepare(target, width, height)
        if let from = try way.canvas(), let to = try target.canvas() { from.copyUpright(to: to) }
    }
}
