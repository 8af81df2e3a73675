/// One component's samples as seen upright: where each lies in memory.
struct UprightGrid {
    /// The upright picture's top left sample.
    let origin: UnsafeMutableRawPointer
    /// Bytes to the right and to the lower neighbour; either may be negative.
    let stepX: Int
    let stepY: Int
    /// log2 of how many pixels share a sample.
    let shiftX: Int
    let shiftY: Int
    /// Pixels that the first sample has to spare: where a mirrored picture's size is no multiple of what a sample covers,
    /// it is the first sample that sticks out.
    let phaseX: Int
    let phaseY: Int

    init(_ component: Canvas.Component, of canvas: Canvas) {
        func count(_ pixels: Int, _ shift: Int) -> Int { (pixels + (1 << shift) - 1) >> shift }
        var (across, down) = (
            (count: count(canvas.storedWidth, component.shiftX), step: component.step, shift: component.shiftX),
            (count: count(canvas.storedHeight, component.shiftY), step: component.stride, shift: component.shiftY)
        )
        if canvas.orientation.isTransposed { swap(&across, &down) }
        let (mirrorsX, mirrorsY) = (canvas.orientation.mirrorsX, canvas.orientation.mirrorsY)
        origin =
            component.base + (mirrorsX ? across.step * (across.count - 1) : 0)
            + (mirrorsY ? down.step * (down.count - 1) : 0)
        (stepX, stepY) = (mirrorsX ? -across.step : across.step, mirrorsY ? -down.step : down.step)
        (shiftX, shiftY) = (across.shift, down.shift)
        phaseX = mirrorsX ? across.count << across.shift - canvas.pixels.width : 0
        phaseY = mirrorsY ? down.count << down.shift - canvas.pixels.height : 0
    }

    /// The samples that these pixels have a share in.
    func samples(of box: Box) -> Box {
        let (left, top) = ((box.x + phaseX) >> shiftX, (box.y + phaseY) >> shiftY)
        return Box(
            x: left, y: top, width: ((box.x + box.width - 1 + phaseX) >> shiftX) + 1 - left,
            height: ((box.y + box.height - 1 + phaseY) >> shiftY) + 1 - top)
    }

    /// The columns and the rows of pixels that one sample stands for; beyond the picture, too, where it sticks out.
    func pixelsX(_ sample: Int) -> Range<Int> { sample << shiftX - phaseX..<(sample + 1) << shiftX - phaseX }
    func pixelsY(_ sample: Int) -> Range<Int> { sample << shiftY - phaseY..<(sample + 1) << shiftY - phaseY }

    /// Where a row's samples lie, from the one at `x`.
    func row(_ y: Int, from x: Int) -> UnsafeMutableRawPointer { origin + y * stepY + x * stepX }
}
