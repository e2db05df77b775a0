internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// How a NEEDED entry was resolved, for people.
public enum SearchStep: Hashable, Sendable {
  /// `DT_RPATH` of the object of that name.
  case rpath(String)
  /// `DT_RUNPATH`.
  case runpath(String)
  case cache
  case configuration
  case defaultDirectory
  /// The entry has a slash: it is a path.
  case path
  /// An ABI or library that was given.
  case given

  var words: String {
    switch self {
    case .rpath(let object): "by the RPATH of \(object)"
    case .runpath(let object): "by the RUNPATH of \(object)"
    case .cache: "by ld.so.cache"
    case .configuration: "by ld.so.conf"
    case .defaultDirectory: "in a default directory"
    case .path: "by its path"
    case .given: "given"
    }
  }
}

/// A directory in which the dynamic linker looks, in terms of the system.
struct SearchDirectory: Hashable {
  var path: String
  var step: SearchStep
}
