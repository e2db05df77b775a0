public import ElfKit
internal import Support

/// One line of an ABI: a symbol that the library promises (or, in the complete profile, wants).
///
/// A small value without a reference of its own, as an ABI may have a million of them. Its name
/// and version are in the ``Abi`` that holds it.
public struct Symbol: Sendable {
  /// What a definition is made of, as far as a linker cares.
  public enum Storage: UInt8, Hashable, Sendable {
    case undefined
    case absolute
    case text
    /// Writable data with contents.
    case data
    /// Writable data without contents.
    case bss
    case readOnly
    /// Read-only after relocation (`PT_GNU_RELRO`).
    case relro
  }

  // In an order without gaps: an ABI may have a million symbols.

  /// Where the head (`NAME[@VERSION|@@VERSION]` and a blank) is in ``Abi/heads``.
  package var headOffset: UInt32 = 0
  /// Length of the spelled name in bytes.
  package var nameLength: UInt32 = 0
  /// Length of the head in bytes, the blank at its end included.
  var headLength: UInt32 = 0

  /// `STB_*` of `st_info`.
  public var binding: SymbolBinding = .global
  /// `STT_*` of `st_info`.
  public var type: SymbolType = .function
  /// What kind of section it is in.
  public var storage: Storage = .text
  /// `STV_PROTECTED`.
  public var isProtected = false
  /// The bits of `st_other` beyond visibility.
  public var otherBits: UInt8 = 0
  /// `VERSYM_HIDDEN`: no new program is linked to it (`NAME@VERSION`, or `NAME@` without a version).
  public package(set) var isHidden = false
  /// The name holds width alternatives such as `{m|j}`.
  public package(set) var hasAlternatives = false
  /// Base-2 logarithm of the alignment in bytes; nil when it is the natural one.
  public var alignmentShift: UInt8?

  // Optional numbers are kept without their flag.
  private var storedVersionIndex: Int32 = -1
  private var storedConditionIndex: Int32 = -1
  private var storedSize32: UInt64 = .max
  /// Symbols of one ABI with the same non-zero number name the same object.
  public var aliasGroup: UInt32 = 0
  /// The line of the ABI text that it comes from, counted from 1; 0 when it comes from elsewhere.
  public package(set) var sourceLine: UInt32 = 0
  /// `st_size` in bytes, of data. 0 for functions.
  public var size: UInt64 = 0

  /// Index into ``Abi/versions``. Nil when the symbol has no version.
  public package(set) var versionIndex: Int32? {
    get { storedVersionIndex < 0 ? nil : storedVersionIndex }
    set { storedVersionIndex = newValue ?? -1 }
  }

  /// Index into ``Abi/conditions``. Nil when the symbol is there on every kernel and architecture.
  public package(set) var conditionIndex: Int32? {
    get { storedConditionIndex < 0 ? nil : storedConditionIndex }
    set { storedConditionIndex = newValue ?? -1 }
  }

  /// The version is the default one (`@@`): what a new program is linked to.
  public var isDefaultVersion: Bool { versionIndex != nil && !isHidden }

  /// `st_size` in bytes on 32-bit targets, where it differs from ``size``.
  public var size32: UInt64? {
    get { storedSize32 == .max ? nil : storedSize32 }
    set { storedSize32 = newValue ?? .max }
  }

  package init() {}

  /// A symbol without name, version and size. ``Abi/append(_:name:version:isHidden:)`` names it.
  public init(binding: SymbolBinding, type: SymbolType, storage: Storage) {
    self.binding = binding
    self.type = type
    self.storage = storage
  }

  /// The kinds of data: what has a size, an address and an alignment that matter to programs.
  public var isData: Bool {
    switch storage {
    case .data, .bss, .readOnly, .relro: true
    case .undefined, .absolute, .text: false
    }
  }

  /// A function of which there is nothing to say beside name and binding: nearly all symbols.
  var isPlainFunction: Bool {
    storage == .text && type == .function && binding != .unique && !isProtected && otherBits == 0
      && conditionIndex == nil
  }

  /// `STT_TLS`: one object a thread.
  public var isTls: Bool { type == .tls }

  /// The alignment that the ABI text leaves out: the largest power of two that divides the size,
  /// at most 16 (`max_align_t`). The size of a C object is a multiple of its alignment, so it is
  /// never too low for an object that is not over-aligned.
  public static func naturalAlignmentShift(size: UInt64) -> UInt8 {
    size == 0 ? 0 : UInt8(min(size.trailingZeroBitCount, 4))
  }

  /// In bytes.
  public var alignment: UInt64 {
    1 << UInt64(alignmentShift ?? Self.naturalAlignmentShift(size: size))
  }
}
