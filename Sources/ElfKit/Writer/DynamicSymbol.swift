/// An entry of a dynamic symbol table that is to be written.
///
/// A small value without a reference of its own, as there may be a million of them. Its name is
/// in memory that the caller keeps.
public struct DynamicSymbol: Sendable {
  /// `st_shndx`.
  public enum Place: Hashable, Sendable {
    /// `SHN_UNDEF`.
    case undefined
    /// `SHN_ABS`.
    case absolute
    /// The index of a section.
    case section(SharedObject.SymbolSection)
  }

  /// Where the name is in the caller's memory, in bytes.
  public let nameOffset: UInt32
  /// Length of the name in bytes, without NUL.
  public let nameLength: UInt32
  /// The hash of the name in the GNU hash table.
  let nameHash: UInt32
  /// `st_size` in bytes.
  public var size: UInt64
  /// Offset in the section, in bytes; the value of an absolute symbol. Offsets of thread-local
  /// symbols count from the start of their own section too.
  public var offset: UInt64
  /// `vs_vers`. Its numbers are those of the versions that are defined, from
  /// ``SharedObject/firstVersion`` on, and, behind them, of those that are needed.
  public var version: VersionIndex
  /// `st_shndx`.
  public var place: Place
  /// Upper half of `st_info`.
  public var binding: SymbolBinding
  /// Lower half of `st_info`.
  public var type: SymbolType
  /// `st_other`, visibility included.
  public var other: UInt8
  /// Base-2 logarithm of the alignment of the object. The writer does not look at it.
  public var alignmentShift: UInt8

  /// A symbol without size and version.
  ///
  /// - Parameters:
  ///   - name: the name, without NUL; less than 4 GiB.
  ///   - nameOffset: where it is in the caller's memory.
  @inline(__always)
  public init(
    name: UnsafeRawBufferPointer, at nameOffset: UInt32, place: Place, binding: SymbolBinding,
    type: SymbolType
  ) {
    self.nameOffset = nameOffset
    nameLength = UInt32(name.count)
    nameHash = SymbolHash.gnu(name)
    self.place = place
    self.binding = binding
    self.type = type
    other = 0
    size = 0
    offset = 0
    version = .global
    alignmentShift = 0
  }
}
