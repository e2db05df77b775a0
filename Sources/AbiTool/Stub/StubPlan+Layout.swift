internal import AbiModel
internal import ElfKit
internal import Support

// The last step: every symbol gets its offset. Addresses tell a linker of sizes, alignments and
// aliases, and of nothing else: they do not change when the library's code does.
extension StubPlan {
  /// Distance of functions in bytes. They differ in address, as nothing says that two names are
  /// one function, and the low bits of an address mean an instruction set on some architectures.
  private static let textStride: UInt64 = 4

  /// Base-2 logarithm of the highest alignment that LLVM's assembler takes.
  private static let maximumAlignmentShift: UInt8 = 31

  /// An object under one of its names: indices into ``entries``.
  struct DataName {
    var entry: Int
    /// The first name of the same object.
    var leader: Int
  }

  /// What all sections of a stub may take together, in bytes. Beyond it linkers fail in ways that
  /// blame nobody.
  private var addressLimit: UInt64 { object.header.elfClass == .elf32 ? 1 << 31 : 1 << 62 }

  /// Places functions, and data whose sections, sizes and alignments are known.
  ///
  /// - Parameter data: all names of data, the first name of an object before the others.
  /// - Throws: `InputError` with the line of what does not fit.
  mutating func layOut(_ data: [DataName]) throws(InputError) {
    placeFunctions()
    try setAlignments(data)
    var total: UInt64 = 0
    for name in data {
      if name.leader == name.entry {
        try place(name.entry, &total)
      } else {
        let leader = entries[name.leader]
        entries[name.entry].place = leader.place
        entries[name.entry].offset = leader.offset
        entries[name.entry].alignmentShift = leader.alignmentShift
      }
    }
  }

  private mutating func placeFunctions() {
    var size: UInt64 = 0
    for index in entries.indices where entries[index].place == .section(.text) {
      entries[index].offset = size
      size += Self.textStride
    }
    if size > 0 {
      object[.text] = SharedObject.Extent(size: size, alignment: Self.textStride)
    }
  }

  private mutating func setAlignments(_ data: [DataName]) throws(InputError) {
    for name in data where name.leader == name.entry {
      let entry = entries[name.entry]
      guard case .section(let section) = entry.place else { continue }
      guard entry.alignmentShift <= Self.maximumAlignmentShift else {
        throw error(
          at: name.entry,
          "\(head(of: entry)): an alignment of more than 2^\(Self.maximumAlignmentShift) bytes")
      }
      object[section].alignment = max(
        object[section].alignment, 1 << UInt64(entry.alignmentShift))
    }
    // Offsets of thread-local symbols count from the first of both sections.
    let alignment = max(object[.threadData].alignment, object[.threadBss].alignment)
    object[.threadData].alignment = alignment
    object[.threadBss].alignment = alignment
  }

  /// Linkers take the lower of what section and address promise for the alignment of an object.
  /// So its address is a multiple of its alignment, and of no higher power of two.
  private mutating func place(_ index: Int, _ total: inout UInt64) throws(InputError) {
    let entry = entries[index]
    guard case .section(let section) = entry.place else { return }
    let extent = object[section]
    let alignment: UInt64 = 1 << UInt64(entry.alignmentShift)
    // Sizes are below the limit, so none of these sums overflows.
    var offset = (extent.size + alignment - 1) & ~(alignment - 1)
    if alignment < extent.alignment, offset & alignment == 0 { offset += alignment }
    // Two objects never have one address, so that none is taken for another name of the other.
    let end = offset.addingReportingOverflow(max(entry.size, 1))
    let grown = total.addingReportingOverflow(end.partialValue &- extent.size)
    guard !end.overflow, !grown.overflow, grown.partialValue <= addressLimit else {
      let target = architecture.map { $0.name } ?? "any architecture"
      throw error(
        at: index,
        "\(name(of: entry)): with its \(entry.size) bytes, the data of the library does not fit the address space of \(target)"
      )
    }
    total = grown.partialValue
    entries[index].offset = offset
    object[section].size = end.partialValue
  }
}
