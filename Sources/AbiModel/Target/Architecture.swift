public import ElfKit
public import Mangling

/// A processor architecture with one ABI on it: everything that tells a library, a stub or a name
/// for one from that for another.
///
/// Nothing here has a default: who adds an architecture states each fact, or the module does not
/// compile. What is common to a family is in the family's file.
public struct Architecture: Sendable {
  /// The name that this tool prints, which is GNU's.
  public let name: String
  /// Other spellings: Debian's, LLVM's and Genode's among them. In lower case.
  public let aliases: [String]

  /// `e_ident[EI_CLASS]`.
  public let elfClass: ElfHeader.Class
  /// `e_ident[EI_DATA]`.
  public let byteOrder: ElfHeader.ByteOrder
  /// `e_machine`.
  public let machine: Machine
  /// `e_flags` of libraries in this ABI, by the processor supplement of the psABI.
  public let flags: UInt32

  /// How types whose meaning depends on the target are spelled in C++ names.
  public let dataModel: DataModel

  /// The alignment that linkers give segments, in bytes (`-z max-page-size` of GNU ld).
  public let maxPageSize: UInt64
  /// What linkers compare between the files of a link beside ``flags``: where it is missing, they
  /// take the library for one of another ABI, or say nothing. Only what tells ABIs apart is stated.
  public let linkAttributes: [SharedObject.LinkSection]
  /// What the bits of `st_other` beyond visibility mean.
  public let otherBits: [OtherBits]
  /// Sections of the machine that linkers put among the tables that are not writable. `.dynamic`
  /// is one of them where the psABI says so.
  public let readOnlySections: [String]
  /// Whether the dynamic symbol table has the order of the global offset table, and so cannot be
  /// sorted by hash.
  public let ordersSymbolsByGot: Bool

  /// The tools that make a stub outside of this process.
  public let tools: Tools
  /// Where the dynamic linker looks for libraries.
  public let directories: LibraryDirectories
}

// Architectures are those of the table, each under a name of its own.
extension Architecture: Hashable {
  /// Whether both are the same entry of the table.
  public static func == (left: Architecture, right: Architecture) -> Bool {
    left.name == right.name
  }

  /// Hashes the name, which is unique.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Architecture {
  /// In bits.
  public var wordSize: Int { elfClass.addressSize * 8 }

  /// All names under which it is known, the printed one first.
  public var spellings: [String] { [name] + aliases }

  /// An ELF header for a shared library.
  public var header: ElfHeader {
    ElfHeader(
      elfClass: elfClass, byteOrder: byteOrder, type: .shared, machine: machine, flags: flags)
  }
}
