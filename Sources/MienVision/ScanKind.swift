/// How closely a picture is searched for faces, and so what it costs: the most where the picture is all there is, the
/// least for large faces.
public enum ScanKind: Sendable {
    /// The picture is all there is to find the faces in.
    case single
    /// One of a recording: pictures beside it give a face more chances, and what is found is looked at again.
    case full
    /// As `full`, for faces of at least twice the width.
    case large

    /// The ratio of each size of face to the one before, unless options say otherwise.
    var scaleFactor: Double { self == .single ? 1.1 : 1.25 }

    /// How many overlapping hits make a face, unless options say otherwise.
    var neighbours: Int { self == .single ? 4 : 1 }

    /// By how much smaller a picture it is done than a full one.
    var reduction: Double { self == .large ? 2 : 1 }
}
