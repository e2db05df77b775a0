/// The dynamic string table (`.dynstr`): names of the library and its versions first, then those
/// of symbols in the order of the symbol table.
struct DynamicStrings {
  /// What comes before the names of symbols; a NUL is the first byte (gABI ch. 4 "String Table").
  private(set) var front: [UInt8] = [0]
  private var offsets: [[UInt8]: UInt32] = [[]: 0]
  /// In bytes.
  private(set) var size = 0

  init(_ object: SharedObject, _ symbols: DynamicSymbolTable, _ names: RawSpan) throws(ElfError) {
    for name in object.needed { add(name) }
    for name in [object.soname, object.rpath, object.runpath, object.audit] {
      if let name { add(name) }
    }
    if object.definesVersions(symbols) { add(object.baseVersionName) }
    for version in object.versions {
      add(version.name)
      for parent in version.parents { add(parent) }
    }
    for need in object.needs {
      add(need.file)
      for version in need.versions { add(version.name) }
    }
    size = front.count
    for index in symbols.entries.indices where !symbols.sharesName(index, names) {
      size += Int(symbols.entries[index].nameLength) + 1
    }
    guard size <= UInt32.max else {
      throw ElfError(.limit, "the symbols' names take \(size) bytes; st_name has 32 bits")
    }
  }

  private mutating func add(_ name: [UInt8]) {
    guard offsets[name] == nil else { return }
    offsets[name] = UInt32(front.count)
    front += name
    front.append(0)
  }

  /// The offset of a name that is not a symbol's.
  func offset(of name: [UInt8]) -> UInt32 { offsets[name] ?? 0 }
}

extension SharedObject {
  /// The name of the version definition that stands for the file itself.
  var baseVersionName: [UInt8] { baseVersion ?? soname ?? [] }
}

extension DynamicSymbolTable {
  /// Whether an entry has the name of the entry before it, in another version.
  @inline(__always)
  func sharesName(_ index: Int, _ names: RawSpan) -> Bool {
    guard index > 0 else { return false }
    let (left, right) = (entries[index], entries[index - 1])
    guard left.nameHash == right.nameHash, left.nameLength == right.nameLength else {
      return false
    }
    return names.withUnsafeBytes { names in
      let (l, r) = (Int(left.nameOffset), Int(right.nameOffset))
      let length = Int(left.nameLength)
      return names[l..<l + length].elementsEqual(names[r..<r + length])
    }
  }
}
