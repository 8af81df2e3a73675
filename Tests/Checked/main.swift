// The program as scripts/sanitize runs it: all of it under the address and undefined-behaviour sanitizers.
@testable import MienCommand

MienTool.main()
