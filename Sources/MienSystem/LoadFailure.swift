/// Why a library that is loaded at run time can't be had, as the loader says it (`dlerror`), and what to do.
///
/// - Parameter packages: Debian's, which have the library.
package func loadFailure(_ reason: String?, packages: String) -> String {
    let reason = reason.flatMap { $0.isEmpty ? nil : $0 } ?? "unknown error"
    // The loader has no codes, and tells of a library that isn't there and of one that there is no memory for by words.
    let needsMemory = ["Cannot allocate memory", "failed to map segment", "cannot map zero-fill pages", "no memory"]
        .contains {
            reason.contains($0)
        }
    let advice =
        needsMemory
        ? "there is too little memory: free some, or raise the limit (ulimit -v)" : "on Debian: apt install \(packages)"
    return "\(reason) (\(advice))"
}

package func loadFailure(_ reason: UnsafePointer<CChar>?, packages: String) -> String {
    loadFailure(reason.map { String(cString: $0) }, packages: packages)
}
