internal import ElfKit
internal import Mangling
internal import Support

/// Of which classes a library has the key function: the first virtual function that is neither
/// pure nor inline. Where that is, and nowhere else, compilers emit the virtual table and the type
/// information (Itanium C++ ABI 5.2.3 "Virtual Tables", 5.2.4 "Typeinfo"), weak as they may be:
/// GCC makes those of all classes weak.
///
/// Valid only as long as the symbol table that it was made of.
struct KeyFunctions {
  /// A symbol that is strong: not of a template instance or an inline function.
  private struct StrongSymbol {
    /// `st_value`.
    var address: UInt64
    /// Where the name is in the string table.
    var name: Range<Int>
  }

  /// What tells that a class is the library's.
  enum Evidence {
    /// A strong function of the class, in its virtual table at an offset in bytes.
    case slot(name: Range<Int>, offset: UInt64)
    /// Compilers leave the slots of destructors empty in tables of abstract classes.
    case deletingDestructor(name: Range<Int>)
    /// The virtual table itself is strong.
    case strongVtable
    /// A class of namespace `__cxxabiv1`, a fundamental type or a pointer to one.
    case runtime
  }

  /// A word of a virtual table that is the address of a function.
  private struct Slot {
    var address: UInt64
    var owner: Int32
    var offset: UInt64
  }

  private let table: SymbolTable
  /// What the name of a class is after `_ZTV`, `_ZTI`, …: spelled alike in all of them.
  private var tails: [UnsafeRawBufferPointer] = []
  private var classByTail: NameTable
  /// The class of each part.
  private var owners: [Int] = []
  private var classByScope: [ScopeKey: Int] = [:]
  private var evidence: [Evidence?] = []
  /// By address and class.
  private var slots: [Slot] = []
  private var parser = MangledNameParser()

  /// - Parameters:
  ///   - parts: indices of the weak symbols in question: `_ZTV`, `_ZTT`, `_ZTI`, `_ZTS`.
  ///   - strong: indices of the strong C++ symbols of the library.
  /// - Throws: `ElfError` when the virtual tables cannot be read.
  init(
    of parts: [Int], in table: SymbolTable, strong: [UInt32],
    _ file: borrowing ElfFile
  ) throws(ElfError) {
    self.table = table
    classByTail = NameTable(capacity: parts.count)
    owners.reserveCapacity(parts.count)
    var vtables: [(owner: Int, range: Range<UInt64>)] = []
    for index in parts {
      let part = try table.symbol(at: index)
      let name = table.name(of: part)
      let number = addClass(of: name)
      owners.append(number)
      let end = part.value.addingReportingOverflow(part.size)
      if name[3] == UInt8(ascii: "V"), !end.overflow {
        vtables.append((number, part.value..<end.partialValue))
      }
    }
    try readSlots(of: vtables, file)
    for index in strong {
      let symbol = try table.symbol(at: Int(index))
      addEvidence(
        of: StrongSymbol(
          address: symbol.value, name: symbol.nameOffset..<symbol.nameOffset + symbol.nameLength))
    }
  }

  /// Why the class of a part, by its place in the list of parts, is the library's; nil when it is
  /// not.
  func evidence(ofPart part: Int) -> Evidence? { evidence[owners[part]] }

  /// `_ZTV1A` without `_ZTV`.
  private static func tail(of name: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: name[4...])
  }

  private func number(of tail: UnsafeRawBufferPointer) -> Int? {
    classByTail.find(tail) { tails[$0].equals(tail) }
  }

  private mutating func addClass(of name: UnsafeRawBufferPointer) -> Int {
    let tail = Self.tail(of: name)
    let number = tails.count
    let known = classByTail.find(tail, orEnter: number) { tails[$0].equals(tail) }
    if let known { return known }
    tails.append(tail)
    // A name that is not in the grammar is of no class that a function could be of.
    let parsed = try? parser.parse(name)
    evidence.append(
      parsed?.isInCxxabi == true || parsed?.isFundamentalTypeinfo == true ? .runtime : nil)
    if let scope = parsed?.classSymbol?.scope { classByScope[scope] = number }
    return number
  }

  // MARK: Slots

  private mutating func readSlots(
    of vtables: [(owner: Int, range: Range<UInt64>)], _ file: borrowing ElfFile
  ) throws(ElfError) {
    guard !vtables.isEmpty else { return }
    // Objects do not overlap, but for one of two versions.
    let size = vtables.reduce(0.0) { $0 + Double($1.range.upperBound - $1.range.lowerBound) }
    guard size <= 4 * Double(file.size) else {
      throw ElfError(.malformed, "malformed ELF file: its virtual tables overlap")
    }
    let code = file.segments.filter { $0.kind == .load && $0.isExecutable }
    let isDescribed = file.header.usesFunctionDescriptors
    slots = try file.withPointers(in: vtables.map(\.range)) { map throws(ElfError) in
      var slots: [Slot] = []
      for (owner, range) in vtables {
        map.forEachPointer(in: range) { address, pointer in
          guard let target = self.target(of: pointer),
            isDescribed || code.contains(where: { $0.contains(address: target) })
          else { return }
          slots.append(
            Slot(
              address: target, owner: Int32(owner), offset: address - range.lowerBound))
        }
      }
      return slots
    }
    slots.sort { ($0.address, $0.owner, $0.offset) < ($1.address, $1.owner, $1.offset) }
  }

  /// Of a file at fixed addresses, and of one that was prelinked, contents are pointers. What else
  /// is in a virtual table is no address of code: distances between parts of an object.
  private func target(of pointer: Pointer) -> UInt64? {
    switch pointer {
    case .address(let address), .unrelocated(let address): return address
    case .symbol(let index, addend: 0) where index < table.count:
      guard let symbol = try? table.symbol(at: index), symbol.isDefined else { return nil }
      return symbol.value
    case .symbol, .indirect, .other: return nil
    }
  }

  private func firstSlot(at address: UInt64, of owner: Int = 0) -> Slot? {
    var low = 0
    var high = slots.count
    while low < high {
      let middle = (low + high) / 2
      if (slots[middle].address, Int(slots[middle].owner)) < (address, owner) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < slots.count && slots[low].address == address ? slots[low] : nil
  }

  // MARK: Evidence

  private mutating func addEvidence(of symbol: StrongSymbol) {
    let name = UnsafeRawBufferPointer(rebasing: table.strings[symbol.name])
    if WeakCxx.isVtable(name) {
      if let number = number(of: Self.tail(of: name)) { add(.strongVtable, to: number) }
      return
    }
    let isDeletingDestructor = name.suffix(4).elementsEqual("D0Ev".utf8)
    guard isDeletingDestructor || firstSlot(at: symbol.address) != nil,
      let function = (try? parser.parse(name))?.classSymbol,
      let owner = classByScope[function.scope]
    else { return }
    if let slot = firstSlot(at: symbol.address, of: owner), slot.owner == owner {
      add(.slot(name: symbol.name, offset: slot.offset), to: owner)
    } else if function.role == .deletingDestructor {
      add(.deletingDestructor(name: symbol.name), to: owner)
    }
  }

  /// The first slot is what is said.
  private mutating func add(_ new: Evidence, to number: Int) {
    if case .slot(_, let offset)? = evidence[number] {
      guard case .slot(_, let other) = new, other < offset else { return }
    } else if evidence[number] != nil {
      guard case .slot = new else { return }
    }
    evidence[number] = new
  }

  // MARK: Key functions that nobody can see

  /// For parts of classes that are not the library's as far as symbols tell, instances of templates
  /// left out: the offset of the first function in the virtual table that the library does not
  /// export. It may be the key function.
  ///
  /// - Throws: `ElfError` as the symbol table does.
  func unexportedSlots() throws(ElfError) -> [UInt64?] {
    var exported: Set<UInt64> = []
    for index in 1..<max(table.count, 1) {
      let symbol = try table.symbol(at: index)
      if symbol.isDefined { exported.insert(symbol.value) }
    }
    var first = [UInt64?](repeating: nil, count: tails.count)
    for slot in slots where !exported.contains(slot.address) {
      let owner = Int(slot.owner)
      guard evidence[owner] == nil, !WeakCxx.hasTemplateArguments(tails[owner], from: 0) else {
        continue
      }
      first[owner] = min(first[owner] ?? .max, slot.offset)
    }
    return owners.map { first[$0] }
  }
}
