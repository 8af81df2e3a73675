import CMienHEIF
import Foundation
import MienImage
import Testing

@testable import MienCapture

/// Ours: 32x16, each pixel 7 x + 2 y; as it is, and with what turns it (ISO/IEC 23008-12, 6.5.10 and 6.5.12).
private let plainAVIF = """
    AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAOhtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAA\
    ABAAAAImlsb2MAAAAAREAAAQABAAAAAAEMAAEAAAAAAAAALAAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEAAAAAaGlwcnAAAABJaXBj\
    bwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EAHAAAAAAUaXNwZQAAAAAAAAAgAAAAEAAAAA5waXhpAAAAAAEIAAAAF2lwbWEAAAAAAAAAAQABBI\
    GCA4QAAAA0bWRhdBIACgUYEP/sKjIhEMAAAQAOsOxQqaql/PRjAAMLMXFiVYhsLjS54MmVohRI
    """
private let turnedAVIF = """
    AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAPJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAA\
    ABAAAAImlsb2MAAAAAREAAAQABAAAAAAEWAAEAAAAAAAAALAAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEAAAAAcmlwcnAAAABSaXBj\
    bwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EAHAAAAAAUaXNwZQAAAAAAAAAgAAAAEAAAAA5waXhpAAAAAAEIAAAACWlyb3QBAAAAGGlwbWEAAA\
    AAAAAAAQABBYGCA4SFAAAANG1kYXQSAAoFGBD/7CoyIRDAAAEADrDsUKmqpfz0YwADCzFxYlWIbC40ueDJlaIUSA==
    """
private let mirroredAVIF = """
    AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAPJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAA\
    ABAAAAImlsb2MAAAAAREAAAQABAAAAAAEWAAEAAAAAAAAALAAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEAAAAAcmlwcnAAAABSaXBj\
    bwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EAHAAAAAAUaXNwZQAAAAAAAAAgAAAAEAAAAA5waXhpAAAAAAEIAAAACWltaXIAAAAAGGlwbWEAAA\
    AAAAAAAQABBYGCA4SFAAAANG1kYXQSAAoFGBD/7CoyIRDAAAEADrDsUKmqpfz0YwADCzFxYlWIbC40ueDJlaIUSA==
    """
private let bothAVIF = """
    AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAPxtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAA\
    ABAAAAImlsb2MAAAAAREAAAQABAAAAAAEgAAEAAAAAAAAALAAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEAAAAAfGlwcnAAAABbaXBj\
    bwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EAHAAAAAAUaXNwZQAAAAAAAAAgAAAAEAAAAA5waXhpAAAAAAEIAAAACWlyb3QCAAAACWltaXIBAA\
    AAGWlwbWEAAAAAAAAAAQABBoGCA4SFhgAAADRtZGF0EgAKBRgQ/+wqMiEQwAABAA6w7FCpqqX89GMAAwsxcWJViGwuNLngyZWiFEg=
    """
private let turnedHEIC = """
    AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAbBtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAA\
    ACAAAAEGlkYXQAAAAAACAAEAAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHUAAEAAAAAAAAA/gACAAEAAAAAAAAAAQAAAAAAAAAIAAAAOGlpbmYAAAAA\
    AAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3JpZAAAAADbaXBycAAAALhpcGNvAAAAcWh2Y0MBBAgAAAAAAAAAAAAe8AD8/P\
    j4AAAPAyAAAQAXQAEMAf//BAgAAAMAn/gAAAMAAB66AkAhAAEAJkIBAQQIAAADAJ/4AAADAAAewIIEFluqumubAgAAAwACAAADAAIQIgABAAZEAcFz\
    wYkAAAAUaXNwZQAAAAAAAABAAAAAQAAAABRpc3BlAAAAAAAAACAAAAAQAAAADnBpeGkAAAAAAQgAAAAJaXJvdAEAAAAbaXBtYQAAAAAAAAACAAECgQ\
    IAAgMDhIUAAAAaaXJlZgAAAAAAAAAOZGltZwACAAEAAQAAAQZtZGF0AAAA+igBrg1kPoLOoLvq3H9lAuoTrJ8sz9j5jTe+sE5vBF4Z5uFExpPaVix7\
    zeWjXecwJ8EPl7qaZFEXWXIfg+TbYPvyoffxwIjEzp/MO1Mo2RLHDxZAgtM/PjqCKaBnbZg/ONiv6OlS3W7lalia8iOf+UrH/YpXL3P+zX0T/n/hbA\
    R7+kE7W/Gcx99As/n93QpiEaQMOT8G2LE52wTJMqeiiVclymFWoo6Hpl5WmQymXBM531fscuofCv321nne6vDXbyKl/lDVm7L/eQsOKR39wTJ3L6Mw\
    mKqZ7+GFN72lvyV6XtuA7o/ZW7yVb6m/bds0LTRUQbbaxFtlbnA=
    """

private func decoded(_ text: String) throws -> [UInt8] { try Array(#require(Data(base64Encoded: text))) }

/// libheif is optional.
private let hasHEIF = {
    var info = mien_heif_info()
    var status = MIEN_HEIF_OK
    var message = [CChar](repeating: 0, count: 200)
    mien_heif_close(mien_heif_open([0], 1, &info, &status, &message, message.count))
    return status != MIEN_HEIF_MISSING
}()

@Suite(.enabled(if: hasHEIF, "needs libheif1"))
struct HEIFPhotoTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test(
        "HEIC and AVIF are turned and mirrored as they say",
        arguments: [
            (plainAVIF, Orientation.up), (turnedAVIF, .left), (mirroredAVIF, .downMirrored), (bothAVIF, .downMirrored),
            (turnedHEIC, .left),
        ])
    func turns(text: String, orientation: Orientation) throws {
        let stored = Plane(width: 32, height: 16)
        for y in 0..<16 { for x in 0..<32 { stored.base[y * stored.stride + x] = UInt8(7 * x + 2 * y) } }
        var expected = Plane()
        orientation.apply(to: stored.view, into: &expected)
        // Under any name.
        for name in ["a.heic", "a.jpg", "a.mp4"] {
            let reading = try Reading(folder.file(name, decoded(text)))
            #expect(reading.sizes == [[expected.width, expected.height]])
            #expect(try #require(difference(reading.first, expected.samples)).largest <= 4)
            #expect(reading.error == nil && reading.warning == nil)
        }
    }

    @Test("The colours of such a photo are of the picture that was looked at")
    func givesPictures() throws {
        let source = try openInput(folder.file("a.avif", decoded(turnedAVIF)))
        let pictures = try source.keepPictures()
        var frame = Frame()
        #expect(try source.read(into: &frame))
        let picture = try pictures.picture(of: frame)
        #expect((picture.width, picture.height) == (16, 32))
        let first = try #require(picture.frame.pointee.data.0)
        #expect(abs(Int(first[0]) - Int(frame.luma.view.row(0)[0])) <= 2)
    }

    @Test("One that is cut or damaged is refused, and no reader advises to repair it", arguments: [40, 100, 200, 311])
    func refusesCut(count: Int) throws {
        let path = try folder.file("cut.avif", decoded(plainAVIF).prefix(count))
        let error = try #require(try Reading(path).error)
        #expect(error.description.hasPrefix("\(path): "))
        #expect(!error.description.contains("moov"))
    }

    @Test("A header that promises more pixels than its bytes can hold is refused before there is memory for them")
    func lyingHeader() throws {
        var bytes = try decoded(plainAVIF)
        // The picture's size (ispe): a full box of two numbers.
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: "ispe".utf8) })
        bytes.replaceSubrange(place + 8..<place + 16, with: [0, 0, 0x59, 0xD8, 0, 0, 0x59, 0xD8])
        let path = try folder.file("lie.avif", bytes)
        #expect(try Reading(path).error?.description == "\(path): \(bytes.count) bytes hold no picture of 23000x23000")
    }
}

/// A photo as an iPhone takes it, in ../shared/media.
@Suite(.enabled(if: hasHEIF && Media.isThere, "needs libheif1 and the pictures of ../shared/media"))
struct HEICFileTests {
    @Test("A photo of a telephone is read, in tiles and turned as it is")
    func reads() throws {
        let reading = try Reading(Media.path("cases/iphone_like.heic"))
        #expect(reading.error == nil)
        #expect(reading.times == [0])
    }
}
