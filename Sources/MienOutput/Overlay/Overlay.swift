import Mien
import MienImage
struct Overlay { mutating func draw(_ result: borrowing FrameResult, on canvas: Canvas) {} }
