internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

// The last step: every symbol gets its section and its offset.
extension StubPlan {
  /// Distance of functions in bytes. They differ in address, as nothing says that two names are
  /// one function, and the low bits of an address mean an instruction set on some architectures.
  static let textStride: UInt64 = 4

  /// What all sections of a stub may take together, in bytes. Beyond it linkers fail in ways that
  /// blame nobody.
  private var addressLimit: UInt64 {
    architecture?.elfClass == .elf32 ? 1 << 31 : 1 << 62
  }

  /// One object and the names it has.
  private struct Object {
    var section: Section
    var size: UInt64
    var alignmentShift: UInt8
    var members: [Int]
    /// Whether a letter has told data with contents from data without.
    var hasLetter: Bool
  }

  mutating func layOut(_ abi: Abi) throws(InputError) {
    let objects = try formObjects(abi)
    for object in objects {
      withExtent(of: object.section) { extent in
        extent.alignment = max(extent.alignment, 1 << UInt64(object.alignmentShift))
      }
    }
    // Offsets of thread-local symbols count from the first of both sections.
    let alignment = max(extent(of: .threadData).alignment, extent(of: .threadBss).alignment)
    withExtent(of: .threadData) { $0.alignment = alignment }
    withExtent(of: .threadBss) { $0.alignment = alignment }
    var total: UInt64 = 0
    for object in objects { try place(object, &total) }
  }

  /// Gathers the names of each object, and places functions.
  private mutating func formObjects(_ abi: Abi) throws(InputError) -> [Object] {
    var objects: [Object] = []
    var byGroup: [UInt32: Int] = [:]
    for index in entries.indices {
      let symbol = abi.symbols[entries[index].source]
      switch symbol.storage {
      case .undefined, .absolute: break
      case .text: placeFunction(index)
      case .data, .bss, .readOnly, .relro:
        let object = try object(of: index, symbol, abi)
        guard symbol.aliasGroup != 0 else {
          objects.append(object)
          continue
        }
        if let place = byGroup[symbol.aliasGroup] {
          try join(&objects[place], object, abi)
        } else {
          byGroup[symbol.aliasGroup] = objects.count
          objects.append(object)
        }
      }
    }
    return objects
  }

  private mutating func placeFunction(_ index: Int) {
    var offset: UInt64 = 0
    withExtent(of: .text) { extent in
      offset = extent.size
      extent.size += Self.textStride
      extent.alignment = Self.textStride
      extent.entries.append(index)
    }
    entries[index].place = .section(.text, offset: offset)
  }

  private func object(of index: Int, _ symbol: Symbol, _ abi: Abi) throws(InputError) -> Object {
    let entry = entries[index]
    let section: Section
    switch (symbol.storage, symbol.isTls) {
    case (.readOnly, false): section = .readOnly
    case (.relro, false): section = .relro
    case (.bss, false): section = .bss
    case (.bss, true): section = .threadBss
    case (.data, true): section = .threadData
    case (.relro, true), (.readOnly, true):
      throw error(entry, "\(abi.head(of: symbol)): thread-local data is writable; use D or B")
    default: section = .data
    }
    // What assemblers take: the highest that LLVM's does.
    guard entry.alignmentShift <= 31 else {
      throw error(entry, "\(abi.head(of: symbol)): an alignment of more than 2^31 bytes")
    }
    return Object(
      section: section, size: entry.size, alignmentShift: entry.alignmentShift, members: [index],
      hasLetter: symbol.binding == .global)
  }

  /// Adds a name to an object. The letters of weak and unique data do not tell whether it has
  /// contents; another name of the object may.
  private func join(_ object: inout Object, _ other: Object, _ abi: Abi) throws(InputError) {
    let (first, second) = (entries[object.members[0]], entries[other.members[0]])
    func fail(_ difference: String) -> InputError {
      let head = abi.head(of: abi.symbols[second.source])
      let place = first.line == 0 ? "" : " in line \(first.line)"
      return error(
        second,
        "\(head) is the same object as \(abi.head(of: abi.symbols[first.source])), but \(difference)\(place)"
      )
    }
    guard object.size == other.size else {
      throw fail("has \(other.size) bytes and not \(object.size) as")
    }
    if object.section != other.section {
      let pair: Set<Section> = [object.section, other.section]
      guard pair == [.data, .bss] || pair == [.threadData, .threadBss] else {
        throw fail("of another kind of data than")
      }
      guard !object.hasLetter || !other.hasLetter else {
        throw fail("of another kind of data than")
      }
      if other.hasLetter { object.section = other.section }
    }
    object.hasLetter = object.hasLetter || other.hasLetter
    object.alignmentShift = max(object.alignmentShift, other.alignmentShift)
    object.members.append(contentsOf: other.members)
  }

  /// Linkers take the lower of what section and address promise for the alignment of an object.
  /// So its address is a multiple of its alignment, and of no higher power of two.
  private mutating func place(_ object: Object, _ total: inout UInt64) throws(InputError) {
    let alignment: UInt64 = 1 << UInt64(object.alignmentShift)
    let extent = extent(of: object.section)
    // Sizes are below the limit, so none of these sums overflows.
    var offset = (extent.size + alignment - 1) & ~(alignment - 1)
    if alignment < extent.alignment, offset & alignment == 0 { offset += alignment }
    let leader = entries[object.members[0]]
    // Two objects never have one address, so that none is taken for another name of the other.
    let end = offset.addingReportingOverflow(max(object.size, 1))
    let grown = total.addingReportingOverflow(end.partialValue &- extent.size)
    guard !end.overflow, !grown.overflow, grown.partialValue <= addressLimit else {
      let target = architecture.map { $0.name } ?? "any architecture"
      throw error(
        leader,
        "\(name(of: leader)): with its \(object.size) bytes, the data of the library does not fit the address space of \(target)"
      )
    }
    total = grown.partialValue
    for index in object.members {
      entries[index].place = .section(object.section, offset: offset)
      entries[index].alignmentShift = object.alignmentShift
    }
    withExtent(of: object.section) { extent in
      extent.size = end.partialValue
      extent.entries.append(contentsOf: object.members)
    }
  }
}
