import CMienAV
public import MienImage

extension Picture {
    /// The picture to draw on; valid until the picture changes. Pixels shared with another picture become its own first.
    ///
    /// nil where its layout has no samples of 8 to 16 whole bits for each component, as palettes and floats.
    public func canvas() throws(CaptureError) -> Canvas? {
        guard let description = av.pointee.av_pix_fmt_desc_get(AVPixelFormat(frame.pointee.format))?.pointee,
            description.flags & UInt64(Self.unfit) == 0
        else { return nil }
        guard av.pointee.av_frame_make_writable(frame) >= 0 else { throw .noMemory("a picture") }
        let alpha = description.flags & UInt64(AV_PIX_FMT_FLAG_ALPHA) != 0 ? 1 : 0
        let parts = [description.comp.0, description.comp.1, description.comp.2]
            .prefix(Int(description.nb_components) - alpha)
        var components: [Canvas.Component] = []
        for (index, part) in parts.enumerated() {
            guard (8...16).contains(part.depth), let component = component(part, index, description) else { return nil }
            components.append(component)
        }
        return Canvas(
            components: components, model: colourModel(description, components.count),
            storedWidth: Int(frame.pointee.width), storedHeight: Int(frame.pointee.height),
            pixelAspect: pixelAspect, orientation: orientation)
    }

    private static let unfit =
        AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER
        | AV_PIX_FMT_FLAG_FLOAT

    private func component(
        _ part: AVComponentDescriptor, _ index: Int, _ description: AVPixFmtDescriptor
    ) -> Canvas.Component? {
        let data = [frame.pointee.data.0, frame.pointee.data.1, frame.pointee.data.2, frame.pointee.data.3]
        let strides = [
            frame.pointee.linesize.0, frame.pointee.linesize.1, frame.pointee.linesize.2, frame.pointee.linesize.3,
        ]
        let plane = Int(part.plane)
        guard data.indices.contains(plane), let base = data[plane] else { return nil }
        var component = Canvas.Component(
            base: UnsafeMutableRawPointer(base) + Int(part.offset), stride: Int(strides[plane]), step: Int(part.step))
        (component.depth, component.shift) = (Int(part.depth), Int(part.shift))
        component.isBigEndian = description.flags & UInt64(AV_PIX_FMT_FLAG_BE) != 0
        // Red, green and blue are never subsampled.
        if index > 0, description.flags & UInt64(AV_PIX_FMT_FLAG_RGB) == 0 {
            (component.shiftX, component.shiftY) = (Int(description.log2_chroma_w), Int(description.log2_chroma_h))
        }
        return component
    }

    private func colourModel(_ description: AVPixFmtDescriptor, _ count: Int) -> ColourModel {
        if description.flags & UInt64(AV_PIX_FMT_FLAG_RGB) != 0 { return .rgb }
        let matrix: ColourModel.Matrix =
            switch frame.pointee.matrix {
            case AVCOL_SPC_BT709: .bt709
            case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: .bt2020
            default: .bt601
            }
        let isLimited = !description.isFull(frame.pointee.color_range)
        return count < 3 && !isLimited ? .grey : .yuv(matrix, isLimited: isLimited)
    }
}
