import MienCapture
import MienImage
import MienVision

/// Works on frames as they come: the newest one wins, older ones are dropped and counted, and memory is bounded.
///
/// One thread reads the source, so that a slow sink never makes it lag; the calling one follows the faces and labels
/// them; a third scans now and then, so that no frame waits for a scan.
final class LivePass: @unchecked Sendable {  // safe: threads meet at the monitors; all else is the calling thread's
    private let source: any FrameSource
    private let output: RunOutput
    private let stop: StopFlag
    private let pause: PauseFlag
    private let incoming = Monitor(Incoming())
    private let scanning = Monitor(Scanning())

    /// The newest frame, on its way from the reading thread.
    private struct Incoming: ~Copyable {
        var frame = Frame()
        var isNew = false
        /// The source is at its end.
        var isOver = false
        /// Nothing more is wanted of it.
        var isEnding = false
        /// Frames are passed over on purpose.
        var isPaused = false
        /// Frames passed over here for newer ones, and in all until now; those lost on the way here.
        var overtaken = 0
        var dropped = 0
        var lost = 0
        var failure: CaptureError?
        var times = StageTimes()
    }

    /// A picture on its way to the scanning thread, or the faces on their way back.
    private struct Scanning: ~Copyable {
        enum State { case idle, wanted, done, over }
        var state = State.idle
        var picture = Plane()
        var faces: [Region] = []
        var failure: VisionError?
        var times = StageTimes()
    }

    init(_ source: any FrameSource, into output: RunOutput, stop: StopFlag, pause: PauseFlag) {
        (self.source, self.output, self.stop, self.pause) = (source, output, stop, pause)
    }

    /// Seconds from one scan to the next while faces are followed, and while one is lost or there is none.
    private static let calm = 1.0
    private static let eager = 0.2

    func run(_ analyser: LiveAnalyser, scanner: Scanner) throws(PipelineError) {
        nonisolated(unsafe) let scanner = scanner  // safe: the scanning thread alone uses it until it has ended
        let reading = Worker { self.read() }
        let scans = Worker { self.scan(with: scanner) }
        defer {
            incoming.change { $0.isEnding = true }
            source.interrupt()
            scanning.change { $0.state = .over }
            reading?.join()
            scans?.join()
            output.count(incoming.change { $0.times })
            output.count(scanning.change { $0.times })
            let (dropped, lost) = incoming.change { ($0.dropped, $0.lost) }
            output.count(dropped: dropped, lost: lost)
        }
        guard reading != nil, scans != nil else {
            throw .source(CaptureError(.system, "\(source.name): the system has no more threads to give"))
        }

        var frame = Frame()
        var lastScan = -Double.infinity
        while let overtaken = next(into: &frame) {
            if lastScan == -.infinity, offer(frame.luma.view) {
                // Nothing is known yet: the first answer is to be a true one.
                lastScan = frame.time
                awaitScan()
            }
            try analyser.look(at: frame, scanned: takeFaces())
            let interval = analyser.wantsScan ? Self.eager : Self.calm
            if frame.time - lastScan >= interval, offer(frame.luma.view) { lastScan = frame.time }
            try analyser.write(frame, dropped: overtaken, to: output)
        }
        if let failure = incoming.change({ $0.failure }) { throw .source(failure) }
    }

    // MARK: The reading thread

    private func read() {
        var frame = Frame()
        var failure: CaptureError?
        var times = StageTimes()
        do throws(CaptureError) {
            while try times.measure(.decode, { () throws(CaptureError) in try source.read(into: &frame) }) {
                let goesOn = incoming.change { incoming in
                    swap(&incoming.frame, &frame)
                    if incoming.isNew, !incoming.isPaused { incoming.overtaken += 1 }
                    incoming.isNew = true
                    incoming.dropped = incoming.overtaken + incoming.frame.passedOver
                    incoming.lost = incoming.frame.lost
                    return !incoming.isEnding
                }
                if !goesOn { break }
            }
        } catch {
            failure = error
        }
        incoming.change { incoming in
            (incoming.failure, incoming.isOver, incoming.times) = (failure, true, times)
        }
    }

    private enum Arrival { case frame(overtaken: Int), end }

    /// Waits for the newest frame; says how many were passed over for it and for those before it. Nil at the end.
    private func next(into frame: inout Frame) -> Int? {
        while !stop.isSet, !output.hasNoReaders {
            let isPaused = pause.isSet
            let arrival: Arrival? = incoming.wait(seconds: Self.patience) { incoming in
                incoming.isPaused = isPaused
                if isPaused { incoming.isNew = false }
                guard incoming.isNew else { return incoming.isOver ? .end : nil }
                swap(&incoming.frame, &frame)
                incoming.isNew = false
                return .frame(overtaken: incoming.overtaken)
            }
            switch arrival {
            case .frame(let overtaken): return overtaken
            case .end: return nil
            case nil: output.dropForsakenSinks()
            }
        }
        return nil
    }

    /// Seconds without a frame after which to look whether there is still a reason to wait.
    private static let patience = 0.05

    // MARK: The scanning thread

    private func scan(with scanner: Scanner) {
        var picture = Plane()
        var faces: [Region] = []
        while true {
            let isWanted = scanning.wait { scanning -> Bool? in
                switch scanning.state {
                case .idle, .done: return nil
                case .over: return false
                case .wanted:
                    swap(&scanning.picture, &picture)
                    return true
                }
            }
            guard isWanted else { return }
            var times = StageTimes()
            var failure: VisionError?
            do throws(VisionError) {
                try times.measure(.detect, items: 0) { () throws(VisionError) in
                    try scanner.scan(picture.view, into: &faces)
                }
            } catch {
                failure = error
            }
            scanning.change { scanning in
                scanning.times.add(times)
                scanning.failure = failure
                guard scanning.state != .over else { return }
                swap(&scanning.faces, &faces)
                scanning.state = .done
            }
        }
    }

    /// Asks for a scan of `picture`; false where one is under way.
    private func offer(_ picture: PlaneView) -> Bool {
        scanning.change { scanning in
            guard scanning.state == .idle else { return false }
            scanning.picture.copy(picture)
            scanning.state = .wanted
            return true
        }
    }

    /// Waits until the scan under way is done, or the end of the run is asked for.
    private func awaitScan() {
        while !stop.isSet {
            let isDone = scanning.wait(seconds: Self.patience) { $0.state == .wanted && $0.failure == nil ? nil : true }
            if isDone != nil { return }
        }
    }

    /// What the last scan has found, once.
    private func takeFaces() throws(PipelineError) -> [Region] {
        let (faces, failure) = scanning.change { scanning -> ([Region], VisionError?) in
            guard scanning.state == .done else { return ([], scanning.failure) }
            scanning.state = .idle
            return (scanning.faces, scanning.failure)
        }
        if let failure { throw .vision(failure) }
        return faces
    }
}
