// The stress test as a program of its own, for the thread sanitizer, under which a test bundle can't be listed.
//
// usage: mien-stress RUNS [FIRST SEED]
import Glibc
import MienStress

let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
let (runs, first) = (numbers.first ?? 100, numbers.dropFirst().first ?? 0)
let stress = try Stress()
var faults = 0
for seed in first..<first + runs {
    if let fault = stress.run(seed: seed) {
        print(fault)
        faults += 1
    }
}
print("\(runs) runs, \(faults) with faults")
exit(faults == 0 ? 0 : 1)
