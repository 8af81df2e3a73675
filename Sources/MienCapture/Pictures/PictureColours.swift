package import CMienAV

extension UnsafePointer<mien_av> {
    /// Whether a picture's black is 0 and its white all bits.
    package func isFull(_ picture: AVFrame) -> Bool {
        pointee.av_pix_fmt_desc_get(AVPixelFormat(picture.format))?.pointee.isFull(picture.color_range) ?? false
    }
}

extension AVPixFmtDescriptor {
    /// The same for pictures of this format. Unless they say otherwise, colour is limited, and grey full: that is FFmpeg's
    /// own reading.
    func isFull(_ range: AVColorRange) -> Bool {
        switch range {
        case AVCOL_RANGE_JPEG: true
        case AVCOL_RANGE_MPEG: false
        default: nb_components < 3 || String(cString: name).hasPrefix("yuvj")
        }
    }
}

extension AVFrame {
    /// How luma and chroma were made. Unless the picture says otherwise as is usual: by ITU-R BT.709 from 720 lines on, and
    /// by BT.601 below.
    package var matrix: AVColorSpace {
        guard colorspace == AVCOL_SPC_UNSPECIFIED else { return colorspace }
        return height >= 720 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M
    }
}
