import Glibc
import MienSystem

/// A name in the working directory that no file has, made of the time: `mien-20260131-235959.png`, or `...-2.png` where
/// that is there.
func freshName(_ suffix: String) -> String {
    let name = "mien-\(timeForNames())"
    var (path, number) = ("\(name).\(suffix)", 1)
    while access(path, F_OK) == 0 {
        number += 1
        path = "\(name)-\(number).\(suffix)"
    }
    return path
}

/// The local time as names of files have it: `20260131-235959`.
package func timeForNames() -> String {
    var (now, parts) = (time(nil), tm())
    localtime_r(&now, &parts)
    var text = [CChar](repeating: 0, count: 64)
    strftime(&text, text.count, "%Y%m%d-%H%M%S", &parts)
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
