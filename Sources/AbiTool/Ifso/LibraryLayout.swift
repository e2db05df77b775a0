internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// Gives the symbols of an interface library addresses of their own, which tell a linker of
/// sizes, alignments and aliases what those of the library told, and nothing else: they do not
/// change when the library's code does.
struct LibraryLayout {
  /// An object under one of its names. Before the layout, offsets are the library's addresses.
  private struct Name {
    var address: UInt64
    var size: UInt64
    /// Index in the symbol table.
    var symbol: Int
    var isTls: Bool
    /// The first name of the same object, as a position in ``names``.
    var leader: Int
  }

  private var names: [Name] = []

  /// What a section may take, in bytes: so much that no sum of two overflows.
  private static let limit: UInt64 = 1 << 62

  private static let hugeData = ElfError(
    .malformed, "malformed ELF file: its data is larger than an address space")

  static func layOut(_ symbols: inout DynamicSymbolTable, in library: inout SharedObject)
    throws(ElfError)
  {
    var layout = LibraryLayout()
    layout.findAliases(symbols)
    layout.setAlignments(symbols, &library)
    try layout.place(&symbols, &library)
  }

  /// Names of one object have one address and agree in size: an empty object may begin where
  /// another does, and an array where its first member does.
  private mutating func findAliases(_ symbols: DynamicSymbolTable) {
    for (index, symbol) in symbols.entries.enumerated() {
      guard case .section(let section) = symbol.place, section != .text else { continue }
      names.append(
        Name(
          address: symbol.offset, size: symbol.size, symbol: index,
          isTls: section.isThreadLocal, leader: names.count))
    }
    let order = names.indices.sorted { left, right in
      let (l, r) = (names[left], names[right])
      return (l.isTls ? 1 : 0, l.address, l.size, left) < (
        r.isTls ? 1 : 0, r.address, r.size, right
      )
    }
    for (previous, index) in zip(order, order.dropFirst()) {
      let (l, r) = (names[previous], names[index])
      if l.isTls == r.isTls, l.address == r.address, l.size == r.size, r.size > 0 {
        names[index].leader = l.leader
      }
    }
  }

  private func setAlignments(_ symbols: DynamicSymbolTable, _ library: inout SharedObject) {
    for name in names {
      let symbol = symbols.entries[name.symbol]
      guard case .section(let section) = symbol.place else { continue }
      let alignment: UInt64 = 1 << UInt64(symbol.alignmentShift)
      library[section].alignment = max(library[section].alignment, alignment)
    }
    // Offsets of thread-local symbols count from the first of both sections.
    let alignment = max(library[.threadData].alignment, library[.threadBss].alignment)
    library[.threadData].alignment = alignment
    library[.threadBss].alignment = alignment
  }

  private func place(_ symbols: inout DynamicSymbolTable, _ library: inout SharedObject)
    throws(ElfError)
  {
    var textSize: UInt64 = 0
    for index in symbols.entries.indices where symbols.entries[index].place == .section(.text) {
      symbols.setOffset(textSize, at: index)
      textSize += StubPlan.textStride
    }
    if textSize > 0 {
      library[.text] = SharedObject.Extent(size: textSize, alignment: StubPlan.textStride)
    }
    for (index, name) in names.enumerated() {
      if name.leader == index {
        try place(name.symbol, &symbols, &library)
      } else {
        // Leaders come first.
        symbols.setOffset(symbols.entries[names[name.leader].symbol].offset, at: name.symbol)
      }
    }
  }

  /// Linkers take the lower of what section and address promise for the alignment of an object.
  /// So its address is a multiple of its alignment, and of no higher power of two.
  private func place(
    _ index: Int, _ symbols: inout DynamicSymbolTable, _ library: inout SharedObject
  ) throws(ElfError) {
    let symbol = symbols.entries[index]
    guard case .section(let section) = symbol.place else { return }
    let alignment: UInt64 = 1 << UInt64(symbol.alignmentShift)
    let extent = library[section]
    guard extent.size < Self.limit, symbol.size < Self.limit else { throw Self.hugeData }
    var offset = (extent.size + alignment - 1) & ~(alignment - 1)
    if alignment < extent.alignment, offset & alignment == 0 { offset += alignment }
    // Two objects never have one address, so that none is taken for another name of the other.
    let end = offset + max(symbol.size, 1)
    guard end < Self.limit else { throw Self.hugeData }
    symbols.setOffset(offset, at: index)
    library[section].size = end
  }
}
