import Mien
import MienOutput

/// Where the results of one input go.
protocol InputResults: AnyObject {
    /// The names that its files get in the end, and others that it takes for itself, which no input may have.
    var paths: [String] { get }
    var hiddenPaths: [String] { get }
    /// Whether a video is among them.
    var haveVideo: Bool { get }
    /// What there is of them, made from `source` as it is now. What there is of it is not made again.
    func state(_ source: ResultRecord.Source, _ batch: BatchContext) -> ResultState
    /// Opens what is to be written. `file`: the input, if it is a file.
    func makeSinks(
        for source: any FrameSource, _ file: ResultRecord.Source?, _ batch: BatchContext
    ) throws(SinkError) -> [any Sink]
    /// All is written, of the whole input.
    func complete(_ batch: BatchContext) throws(SinkError)
    /// What has been written is all that there will be of it.
    func keep(_ batch: BatchContext)
    /// Nothing was written.
    func discard(_ batch: BatchContext)
    /// The input can't be read, and trying again can't help.
    func note(failure: String, of file: ResultRecord.Source, _ batch: BatchContext)
}

/// What a run that goes on finds of an input's results.
enum ResultState {
    case whole
    /// The input can't be read, as another run has found.
    case unreadable(String)
    /// `reason`: why some are made again; nil where they are made for the first time.
    case missing(reason: String?)
}
