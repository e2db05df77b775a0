/// Which sections and segments the file has, and where each is: decided before the first byte is
/// written.
struct SharedObjectLayout {
  /// What a section holds.
  enum Content: Hashable {
    case null
    case note(Int)
    case gnuHash
    case hash
    case dynsym
    case dynstr
    case versym
    case verdef
    case verneed
    case linkSection(Int)
    case symbols(SharedObject.SymbolSection)
    case dynamic
    case shstrtab
  }

  /// A section header that is to be written.
  struct PlannedSection {
    var content: Content
    var name: String
    var kind: Section.Kind
    var flags: UInt64 = 0
    var address: UInt64 = 0
    var offset: UInt64 = 0
    var size: UInt64 = 0
    var alignment: UInt64 = 1
    var entrySize: UInt64 = 0
    var link: Content?
    var info: UInt32 = 0
  }

  private(set) var sections: [PlannedSection] = [
    PlannedSection(content: .null, name: "", kind: .null)
  ]
  private(set) var segments: [Segment] = []
  /// `e_shoff`.
  private(set) var sectionHeaderOffset = 0
  /// In bytes.
  private(set) var fileSize = 0
  /// Where each section of symbols begins: its address, or its offset in the TLS segment.
  private(set) var bases = [UInt64](repeating: 0, count: SharedObject.SymbolSection.allCases.count)

  private let object: SharedObject
  /// `p_align` of `PT_LOAD`.
  private let page: UInt64
  /// Where the next byte of the file goes.
  private var offset = 0
  /// The first address after what has one so far.
  private var address: UInt64 = 0
  /// How far addresses are ahead of offsets. That goes for sections without contents too, whose
  /// offsets are where they would be (gABI ch. 4 "Section Header", `sh_offset`): strict readers
  /// find the segment of a section by its offset.
  private var lead: UInt64 = 0

  private static let allocated = Section.Flags.allocated.rawValue
  private static let writable = Section.Flags.writable.rawValue
  private static let executable = Section.Flags.executable.rawValue
  private static let threadLocal = Section.Flags.threadLocal.rawValue

  var is64: Bool { object.header.elfClass == .elf64 }
  var programHeaderOffset: Int { is64 ? 64 : 52 }

  init(_ object: SharedObject, _ symbols: DynamicSymbolTable, _ strings: DynamicStrings)
    throws(ElfError)
  {
    self.object = object
    page = max(object.maxPageSize, 1)
    offset = programHeaderOffset + segmentCount * (is64 ? 56 : 32)
    address = UInt64(offset)
    try placeReadOnlyPart(symbols, strings)
    try placeText()
    try placeWritablePart(symbols)
    try placeReadOnlyData()
    addSegment(.gnuStack, flags: [.readable, .writable], alignment: 16)
    placeUnloadedPart()
    segments.sort { (Self.rank($0.kind), $0.address) < (Self.rank($1.kind), $1.address) }
  }

  // MARK: What there is

  private func has(_ section: SharedObject.SymbolSection) -> Bool { object[section].size > 0 }
  private var hasTls: Bool { has(.threadData) || has(.threadBss) }
  private var hasAbiFlags: Bool { object.linkSections.contains { $0.kind == .mipsAbiFlags } }
  private var hasProperty: Bool { object.notes.contains { $0.section == Self.propertySection } }

  private static let propertySection = ".note.gnu.property"

  private var segmentCount: Int {
    // Two of PT_LOAD, PT_DYNAMIC, PT_GNU_RELRO and PT_GNU_STACK are always there.
    [has(.text), has(.readOnly), hasTls, hasAbiFlags, hasProperty].count { $0 }
      + object.notes.count + 5
  }

  /// `PT_LOAD` by ascending address, the others in the order in which GNU ld has them.
  private static func rank(_ kind: Segment.Kind) -> Int {
    switch kind {
    case .mipsAbiFlags: 0
    case .load: 1
    case .dynamic: 2
    case .note: 3
    case .tls: 4
    case .gnuProperty: 5
    case .gnuStack: 6
    default: 7
    }
  }

  func index(of content: Content) -> Int {
    sections.firstIndex { $0.content == content } ?? 0
  }

  func section(_ content: Content) -> PlannedSection? {
    sections.first { $0.content == content }
  }

  /// Where the contents of a section are. Nil when there is no such section, or no contents.
  func fileOffset(of content: Content) -> Int? {
    guard let section = section(content), section.kind != .nobits else { return nil }
    return Int(section.offset)
  }

  // MARK: Segments

  /// Headers and tables, at address 0 of the file.
  private mutating func placeReadOnlyPart(
    _ symbols: DynamicSymbolTable, _ strings: DynamicStrings
  ) throws(ElfError) {
    let word: UInt64 = is64 ? 8 : 4
    for (index, note) in object.notes.enumerated() {
      try place(
        PlannedSection(
          content: .note(index), name: note.section, kind: .note, flags: Self.allocated,
          size: UInt64(note.size), alignment: note.section == Self.propertySection ? word : 4))
    }
    for (index, section) in object.linkSections.enumerated()
    where section.flags & Self.allocated != 0 {
      try place(planned(index, section))
    }
    if let table = GnuHashTable(symbols, object.header) {
      try place(
        PlannedSection(
          content: .gnuHash, name: ".gnu.hash", kind: .gnuHash, flags: Self.allocated,
          size: UInt64(table.size), alignment: word, entrySize: is64 ? 0 : 4, link: .dynsym))
    }
    if let table = SysvHashTable(symbols, object.header) {
      try place(
        PlannedSection(
          content: .hash, name: ".hash", kind: .hash, flags: Self.allocated,
          size: UInt64(table.size), alignment: word, entrySize: UInt64(table.entrySize),
          link: .dynsym))
    }
    let entrySize: UInt64 = is64 ? 24 : 16
    // sh_info is one greater than the index of the last local symbol: the null symbol.
    try place(
      PlannedSection(
        content: .dynsym, name: ".dynsym", kind: .dynsym, flags: Self.allocated,
        size: UInt64(symbols.entries.count + 1) * entrySize, alignment: word,
        entrySize: entrySize, link: .dynstr, info: 1))
    try place(
      PlannedSection(
        content: .dynstr, name: ".dynstr", kind: .strtab, flags: Self.allocated,
        size: UInt64(strings.size)))
    try placeVersions(symbols)
    segments.append(
      Segment(
        kind: .load, flags: Segment.Flags.readable.rawValue, offset: 0, address: 0,
        fileSize: UInt64(offset),
        memorySize: UInt64(offset), alignment: page))
    for note in object.notes.indices { addSegment(ofNote: note) }
    if let flags = sections.first(where: { $0.kind == .mipsAbiFlags }) {
      addSegment(
        .mipsAbiFlags, flags: [.readable], alignment: flags.alignment, from: flags, to: flags)
    }
  }

  private mutating func placeVersions(_ symbols: DynamicSymbolTable) throws(ElfError) {
    guard object.hasVersionTable(symbols) else { return }
    try place(
      PlannedSection(
        content: .versym, name: ".gnu.version", kind: .gnuVersym, flags: Self.allocated,
        size: UInt64(symbols.entries.count + 1) * 2, alignment: 2, entrySize: 2, link: .dynsym))
    if object.definesVersions(symbols) {
      try place(
        PlannedSection(
          content: .verdef, name: ".gnu.version_d", kind: .gnuVerdef, flags: Self.allocated,
          size: UInt64(object.verdefSize), alignment: is64 ? 8 : 4, link: .dynstr,
          info: UInt32(object.versions.count + 1)))
    }
    if !object.needs.isEmpty {
      try place(
        PlannedSection(
          content: .verneed, name: ".gnu.version_r", kind: .gnuVerneed, flags: Self.allocated,
          size: UInt64(object.verneedSize), alignment: is64 ? 8 : 4, link: .dynstr,
          info: UInt32(object.needs.count)))
    }
  }

  /// Each note has a `PT_NOTE` of its own, as alignments differ.
  private mutating func addSegment(ofNote index: Int) {
    guard let section = section(.note(index)) else { return }
    addSegment(.note, flags: [.readable], alignment: section.alignment, from: section, to: section)
    if section.name == Self.propertySection {
      addSegment(
        .gnuProperty, flags: [.readable], alignment: section.alignment, from: section, to: section)
    }
  }

  /// Where functions are. An executable section has contents, at least for strict readers.
  private mutating func placeText() throws(ElfError) {
    guard has(.text) else { return }
    let extent = object[.text]
    address = try added(try aligned(address, page), UInt64(offset) % page)
    lead = address - UInt64(offset)
    try place(
      PlannedSection(
        content: .symbols(.text), name: "\(SharedObject.SymbolSection.text.name)", kind: .progbits,
        flags: Self.allocated | Self.executable, size: extent.size, alignment: extent.alignment))
    guard let text = section(.symbols(.text)) else { return }
    bases[Int(SharedObject.SymbolSection.text.rawValue)] = text.address
    segments.append(
      Segment(
        kind: .load, flags: Segment.Flags([.readable, .executable]).rawValue, offset: text.offset,
        address: text.address,
        fileSize: extent.size, memorySize: extent.size, alignment: page))
  }

  private mutating func placeReadOnlyData() throws(ElfError) {
    guard has(.readOnly) else { return }
    address = try aligned(address, max(page, object[.readOnly].alignment))
    try placeSymbols(.readOnly, flags: 0)
    addSegment(.load, flags: [.readable], from: section(.symbols(.readOnly)), alignment: page)
  }

  /// `.dynamic` and data: RELRO first, then what stays writable.
  private mutating func placeWritablePart(_ symbols: DynamicSymbolTable) throws(ElfError) {
    offset = (offset + 7) & ~7
    address = try added(try aligned(address, page), UInt64(offset) % page)
    lead = address - UInt64(offset)
    let entrySize: UInt64 = is64 ? 16 : 8
    try place(
      PlannedSection(
        content: .dynamic, name: ".dynamic", kind: .dynamic,
        flags: Self.allocated | Self.writable,
        size: UInt64(object.dynamicEntryCount(symbols)) * entrySize, alignment: is64 ? 8 : 4,
        entrySize: entrySize, link: .dynstr))
    guard let dynamic = section(.dynamic) else { return }
    addSegment(
      .dynamic, flags: [.readable, .writable], alignment: dynamic.alignment, from: dynamic,
      to: dynamic)
    try placeTls()
    try placeSymbols(.relro, flags: Self.writable)
    addSegment(.gnuRelro, flags: [.readable], from: dynamic, alignment: 1)
    if has(.data) || has(.bss) { address = try aligned(address, page) }
    try placeSymbols(.data, flags: Self.writable)
    try placeSymbols(.bss, flags: Self.writable)
    addSegment(.load, flags: [.readable, .writable], from: dynamic, alignment: page)
  }

  /// A segment up to the current address, of which no more than its first section is in the file.
  private mutating func addSegment(
    _ kind: Segment.Kind, flags: Segment.Flags, from first: PlannedSection?, alignment: UInt64
  ) {
    guard let first else { return }
    segments.append(
      Segment(
        kind: kind, flags: flags.rawValue, offset: first.offset, address: first.address,
        fileSize: first.kind == .nobits ? 0 : first.size, memorySize: address - first.address,
        alignment: alignment))
  }

  /// Thread-local sections without contents take no addresses; the next section may have theirs.
  private mutating func placeTls() throws(ElfError) {
    guard hasTls else { return }
    let (data, bss) = (object[.threadData], object[.threadBss])
    let alignment = max(data.alignment, bss.alignment)
    address = try aligned(address, alignment)
    let start = address
    try placeSymbols(.threadData, flags: Self.writable | Self.threadLocal)
    if has(.threadBss) { address = try aligned(address, alignment) }
    bases[Int(SharedObject.SymbolSection.threadBss.rawValue)] = address - start
    try placeSymbols(.threadBss, flags: Self.writable | Self.threadLocal)
    let first = section(.symbols(.threadData)) ?? section(.symbols(.threadBss))
    addSegment(.tls, flags: [.readable], from: first, alignment: alignment)
    address = start
  }

  /// Places a section without contents.
  private mutating func placeSymbols(_ section: SharedObject.SymbolSection, flags: UInt64)
    throws(ElfError)
  {
    guard has(section) else { return }
    let extent = object[section]
    address = try aligned(address, extent.alignment)
    if !section.isThreadLocal { bases[Int(section.rawValue)] = address }
    sections.append(
      PlannedSection(
        content: .symbols(section), name: "\(section.name)", kind: .nobits,
        flags: flags | Self.allocated, address: address, offset: address - lead, size: extent.size,
        alignment: extent.alignment))
    address = try added(address, extent.size)
  }

  /// What is for link editors only.
  private mutating func placeUnloadedPart() {
    for (index, section) in object.linkSections.enumerated()
    where section.flags & Self.allocated == 0 {
      placeUnloaded(planned(index, section))
    }
    var names = PlannedSection(content: .shstrtab, name: ".shstrtab", kind: .strtab)
    names.size = UInt64(
      1 + sections.dropFirst().reduce(names.name.utf8.count + 1) { $0 + $1.name.utf8.count + 1 })
    placeUnloaded(names)
    sectionHeaderOffset = (offset + 7) & ~7
    fileSize = sectionHeaderOffset + sections.count * (is64 ? 64 : 40)
  }

  private func planned(_ index: Int, _ section: SharedObject.LinkSection) -> PlannedSection {
    PlannedSection(
      content: .linkSection(index), name: section.name, kind: section.kind, flags: section.flags,
      size: UInt64(section.contents.count), alignment: section.alignment,
      entrySize: section.entrySize)
  }

  // MARK: Steps

  /// Places a section with contents and an address.
  private mutating func place(_ planned: PlannedSection) throws(ElfError) {
    var section = planned
    let padding = (0 &- address) & (section.alignment - 1)
    address = try added(address, padding)
    offset += Int(padding)
    section.address = address
    section.offset = UInt64(offset)
    address = try added(address, section.size)
    offset += Int(section.size)
    sections.append(section)
  }

  private mutating func placeUnloaded(_ planned: PlannedSection) {
    var section = planned
    let alignment = Int(section.alignment)
    offset = (offset + alignment - 1) & ~(alignment - 1)
    section.offset = UInt64(offset)
    offset += Int(section.size)
    sections.append(section)
  }

  private mutating func addSegment(
    _ kind: Segment.Kind, flags: Segment.Flags, alignment: UInt64,
    from first: PlannedSection? = nil,
    to last: PlannedSection? = nil
  ) {
    var size: UInt64 = 0
    if let first, let last { size = last.address + last.size - first.address }
    segments.append(
      Segment(
        kind: kind, flags: flags.rawValue, offset: first?.offset ?? 0, address: first?.address ?? 0,
        fileSize: size, memorySize: size, alignment: alignment))
  }

  private func added(_ left: UInt64, _ right: UInt64) throws(ElfError) -> UInt64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    guard !overflow, is64 || sum <= UInt64(UInt32.max) else {
      throw ElfError(.limit, "the objects of the library do not fit its address space")
    }
    return sum
  }

  private func aligned(_ value: UInt64, _ alignment: UInt64) throws(ElfError) -> UInt64 {
    try added(value, (0 &- value) & (alignment - 1))
  }
}
