/// An entry of a dynamic symbol table that is to be written.
///
/// A small value without a reference of its own, as there may be a million of them. Its name is
/// in memory that the caller keeps.
public struct DynamicSymbol: Sendable {
  /// `st_shndx`.
  public enum Place: Hashable, Sendable {
    case undefined
    case absolute
    case section(SharedObject.SymbolSection)
  }

  /// Where the name is in the caller's memory, in bytes.
  public var nameOffset: UInt32
  /// Length of the name in bytes, without NUL.
  public var nameLength: UInt32
  /// `st_size` in bytes.
  public var size: UInt64
  /// Offset in the section, in bytes. Those of thread-local symbols count from the start of their
  /// own section too.
  public var offset: UInt64
  /// Position among the versions that are defined and, behind them, those that are needed, counted
  /// from 1; 0 for a symbol without version.
  public var version: UInt16
  /// `VERSYM_HIDDEN`: not the default version.
  public var isHiddenVersion: Bool
  public var place: Place
  public var binding: SymbolBinding
  public var type: SymbolType
  /// `st_other`, visibility included.
  public var other: UInt8
  /// Base-2 logarithm of the alignment of the object. The writer does not look at it.
  public var alignmentShift: UInt8

  public init(
    nameOffset: UInt32, nameLength: UInt32, place: Place, binding: SymbolBinding,
    type: SymbolType, other: UInt8 = 0, size: UInt64 = 0, offset: UInt64 = 0,
    version: UInt16 = 0, isHiddenVersion: Bool = false, alignmentShift: UInt8 = 0
  ) {
    self.nameOffset = nameOffset
    self.nameLength = nameLength
    self.place = place
    self.binding = binding
    self.type = type
    self.other = other
    self.size = size
    self.offset = offset
    self.version = version
    self.isHiddenVersion = isHiddenVersion
    self.alignmentShift = alignmentShift
  }
}
