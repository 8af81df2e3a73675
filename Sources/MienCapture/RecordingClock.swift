import CMienAV

/// Puts the stamps of a recording's packets on one line: from the recording's start on, never falling. Every stamp of
/// FFmpeg's passes through here before anyone computes with it.
///
/// Stamps may be missing or absurd, may count in 33 bits, and where recordings were joined they begin anew. A stream's times
/// follow its stamps as long as these rise, by no more than the longest gap. A stamp that doesn't is passed over; a second
/// one after it is another beginning, which goes on where the last one ended: for all streams alike, so that sound stays
/// with its pictures.
struct RecordingClock {
    /// Seconds that a stream's stamps may rise at once. Where clocks may begin anew, as in broadcasts, more is no time that
    /// passed; elsewhere still more is damage.
    private static let longestGap = (clock: 3600.0, index: 86400.0)

    /// How many of the latest beginnings a stream may go over to.
    private static let recent = 8

    private let format: UnsafeMutablePointer<AVFormatContext>
    private let pictures: Int32
    private let longestGap: Double
    /// Seconds from one picture to the next, where they don't say it.
    private let interval: Double
    /// For each beginning, the seconds that are added to its stamps.
    private var shifts: [Double]
    private var streams: [StreamLine] = []
    /// How far sound and pictures are, in seconds.
    private var position = 0.0

    /// `start`: presentation time of the recording's start in seconds; `rate`: frames a second of the stream `pictures`.
    init(_ format: UnsafeMutablePointer<AVFormatContext>, pictures: Int32, rate: Double, start: Double) {
        (self.format, self.pictures, interval, shifts) = (format, pictures, 1 / rate, [-start])
        let beginsAnew = format.pointee.iformat.pointee.flags & AVFMT_TS_DISCONT != 0
        longestGap = beginsAnew ? Self.longestGap.clock : Self.longestGap.index
    }

    /// Sets a packet's times: in its stream's time base, from the recording's start on. Where the pictures have no stamps
    /// they get none.
    mutating func set(_ packet: UnsafeMutablePointer<AVPacket>) {
        let index = Int(packet.pointee.stream_index)
        // Some containers tell of their streams as they come.
        while streams.count <= index { streams.append(line(ofStream: streams.count)) }
        var line = streams[index]
        defer { streams[index] = line }
        let known = { (stamp: Int64) in (-Ticks.limit...Ticks.limit).contains(stamp) ? stamp : nil }
        let (decoding, presentation) = (known(packet.pointee.dts), known(packet.pointee.pts))
        let gap = line.ticks.count(longestGap)
        if !(0...gap).contains(packet.pointee.duration) { packet.pointee.duration = 0 }
        line.interval = packet.pointee.duration > 0 ? packet.pointee.duration : line.usualInterval
        if decoding != nil { line.haveDecodingTimes() }

        let now = line.ticks.count(position)
        packet.pointee.dts = mien_av_no_time
        packet.pointee.pts = mien_av_no_time
        if let stamp = decoding ?? (line.hasDecodingTimes ? nil : presentation) {
            let delay = presentation.flatMap { line.delay(of: $0, from: stamp) }
            let isKey = packet.pointee.flags & AV_PKT_FLAG_KEY != 0
            let time = place(stamp, delay: delay ?? 0, isKey: isKey, now: now, in: &line)
            if decoding != nil { packet.pointee.dts = line.rising(time) }
            packet.pointee.pts = delay.map { time + $0 } ?? mien_av_no_time
        } else if let presentation {
            let time = line.time(of: presentation, now: now)
            if time <= now + gap, time >= now - gap { packet.pointee.pts = time }
            line.pass(line.expected(now: now), delay: 0)
        } else {
            let time = line.expected(now: now)
            // Which picture is shown when, its decoder knows.
            if index != Int(pictures) { (packet.pointee.dts, packet.pointee.pts) = (line.rising(time), time) }
            line.pass(time, delay: 0)
        }
        if !line.isSparse { position = max(position, line.ticks.seconds(line.last ?? 0)) }
    }

    /// The time of a packet with that stamp; `delay`: from its decoding to its presentation.
    private mutating func place(
        _ stamp: Int64, delay: Int64, isKey: Bool, now: Int64, in line: inout StreamLine
    ) -> Int64 {
        let expected = line.expected(now: now)
        var time = line.time(of: stamp, now: now)
        // Other streams may have found other beginnings before, some of them by damage: the one that fits best holds.
        for later in max(line.beginning + 1, shifts.count - Self.recent)..<max(line.beginning + 1, shifts.count) {
            let shift = line.ticks.count(shifts[later])
            let other = line.time(of: stamp, shiftedBy: shift, now: now)
            guard abs(other - expected) < abs(time - expected) else { continue }
            (line.beginning, line.shift, time) = (later, shift, other)
        }
        // A time that one out of line has been given already.
        let isGiven = line.hasDecodingTimes && time <= line.last ?? -Ticks.limit
        let goesOnElsewhere = isGiven && line.stray.map { line.follows(stamp, $0, gap: 2 * line.interval) } ?? false
        if !goesOnElsewhere, line.takes(time, now: now, gap: line.ticks.count(longestGap)) {
            line.stray = nil
            line.highest = max(line.highest ?? time, time)
            if isGiven { time = expected }
        } else if let stray = line.stray, line.follows(stamp, stray, gap: line.ticks.count(longestGap)) {
            line.stray = nil
            (line.beginning, line.shift) = (shifts.count, (line.last ?? 0) - stray)
            shifts.append(line.ticks.seconds(line.shift))
            time = line.time(of: stamp, now: now)
            line.highest = time
        } else {
            if !line.isSparse { line.stray = stamp }
            // Another beginning is shown when all before it is over.
            time = isKey ? max(expected, line.end - delay) : expected
        }
        line.pass(time, delay: delay)
        return time
    }

    private func line(ofStream index: Int) -> StreamLine {
        guard let stream = format.pointee.streams[index] else { return StreamLine() }
        let kind = stream.pointee.codecpar.pointee.codec_type
        var line = StreamLine()
        line.ticks = Ticks(stream.pointee.time_base)
        line.wrapBits = stream.pointee.pts_wrap_bits
        line.isSparse = kind != AVMEDIA_TYPE_VIDEO && kind != AVMEDIA_TYPE_AUDIO
        line.usualInterval = index == Int(pictures) ? line.ticks.count(interval) : 0
        line.shift = line.ticks.count(shifts[0])
        return line
    }
}

/// What the clock knows of one stream, in its ticks.
private struct StreamLine {
    var ticks = Ticks(AVRational(num: 1, den: 1000))
    /// After so many bits its stamps begin at 0 again; 64: never.
    var wrapBits: Int32 = 64
    /// Minutes may pass without a packet, as in subtitles: what comes says nothing of the recording's times.
    var isSparse = false
    private(set) var hasDecodingTimes = false
    var usualInterval: Int64 = 0
    /// From the packet in hand to the next.
    var interval: Int64 = 0
    /// Which of the recording's beginnings its stamps count from, and what is added to them.
    var beginning = 0
    var shift: Int64 = 0
    /// Times: given last; the highest that a stamp said; where the next is expected, and where all are over that were shown.
    private(set) var last: Int64?
    var highest: Int64?
    private var next: Int64?
    private(set) var end = -Ticks.limit
    /// The last decoding time that a packet was given.
    private var given: Int64?
    /// The stamp before, where it was passed over.
    var stray: Int64?

    /// Seconds by which decoding may begin before the recording does, and by which a picture may be shown after another one
    /// that was decoded later.
    private static let (lead, reordering) = (10.0, 0.5)

    func expected(now: Int64) -> Int64 { isSparse ? max(now, next ?? now) : next ?? now }

    /// As near to what is expected as the turns of a counter of few bits allow.
    func time(of stamp: Int64, now: Int64) -> Int64 { time(of: stamp, shiftedBy: shift, now: now) }

    func time(of stamp: Int64, shiftedBy shift: Int64, now: Int64) -> Int64 {
        let expected = expected(now: now)
        return expected + nearest(stamp + shift - expected)
    }

    /// Whether a stamp is the next after another one.
    func follows(_ stamp: Int64, _ other: Int64, gap: Int64) -> Bool {
        let step = nearest(stamp - other)
        return step > 0 && step <= gap
    }

    /// From decoding to presentation; nil where that can't be.
    func delay(of presentation: Int64, from decoding: Int64) -> Int64? {
        let delay = nearest(presentation - decoding)
        return abs(delay) <= ticks.count(60) ? delay : nil
    }

    private func nearest(_ difference: Int64) -> Int64 {
        guard (1..<63).contains(wrapBits) else { return difference }
        let turn = Int64(1) << Int64(wrapBits)
        let rest = difference & (turn - 1)
        return rest < turn / 2 ? rest : rest - turn
    }

    /// Whether a stamp's time goes on from those before.
    func takes(_ time: Int64, now: Int64, gap: Int64) -> Bool {
        guard !isSparse else { return abs(time - now) <= gap && time >= last ?? time }
        guard let last, let highest else { return time >= -ticks.count(Self.lead) && time <= now + gap }
        if !hasDecodingTimes { return time > highest - ticks.count(Self.reordering) && time <= last + gap }
        return time > highest && time <= last + gap
    }

    /// Its packets say when they are to be decoded. Those before it didn't, and what they said is no measure for these.
    mutating func haveDecodingTimes() {
        if !hasDecodingTimes { (hasDecodingTimes, last, highest) = (true, nil, nil) }
    }

    /// A decoding time for a packet: this one, or the last one's where that is later.
    mutating func rising(_ time: Int64) -> Int64 {
        let rising = max(time, given ?? time)
        given = rising
        return rising
    }

    /// A packet has this time, or the last one's where that is later.
    mutating func pass(_ time: Int64, delay: Int64) {
        last = max(last ?? time, time)
        next = time + interval
        end = max(end, time + delay + interval)
    }
}
