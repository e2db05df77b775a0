internal import ElfKit

/// Finds the names of the functions that hold sites.
enum FunctionNames {
  private struct Key: Hashable {
    var section: UInt32
    var address: UInt64
  }

  private struct Candidate {
    var rank: Int
    var name: [UInt8]

    /// Functions before labels, names that others see before local ones, then the plainest.
    func precedes(_ other: Candidate) -> Bool {
      if rank != other.rank { return rank < other.rank }
      let prefixes = (
        name.prefix { $0 == UInt8(ascii: "_") }.count,
        other.name.prefix { $0 == UInt8(ascii: "_") }.count
      )
      if prefixes.0 != prefixes.1 { return prefixes.0 < prefixes.1 }
      if name.count != other.name.count { return name.count < other.name.count }
      return name.lexicographicallyPrecedes(other.name)
    }
  }

  /// Only the names of those functions are read: a program may have a million.
  static func fill(_ sites: inout [CodeScan.Site], _ file: borrowing ElfFile) throws(ElfError) {
    let isRelocatable = file.header.type == .relocatable
    func key(_ site: CodeScan.Site) -> Key? {
      site.function.map { Key(section: isRelocatable ? site.sectionIndex : 0, address: $0.address) }
    }
    let wanted = Set(sites.compactMap(key))
    guard !wanted.isEmpty else { return }
    var names: [Key: Candidate] = [:]
    let mask = file.header.machine.codeAddressMask
    func collect(_ table: SymbolTable) throws(ElfError) {
      for index in 1..<max(1, table.count) {
        let symbol = try table.symbol(at: index)
        guard symbol.placement == .text, symbol.nameLength > 0 else { continue }
        let key = Key(
          section: isRelocatable ? UInt32(symbol.sectionIndex) : 0, address: symbol.value & mask)
        guard wanted.contains(key) else { continue }
        let isFunction = symbol.type == .function || symbol.type == .indirectFunction
        guard isFunction || symbol.type == .none else { continue }
        let name = Array(table.name(of: symbol))
        if !isFunction, name[0] == UInt8(ascii: "$") { continue }
        let candidate = Candidate(
          rank: (isFunction ? 0 : 2) + (symbol.binding == .local ? 1 : 0), name: name)
        if names[key].map(candidate.precedes) ?? true { names[key] = candidate }
      }
    }
    _ = try file.withSymbols(collect)
    if !isRelocatable, names.count < wanted.count {
      do throws(ElfError) {
        try file.withDynamicSymbols(collect)
      } catch  where error.code == .absent {
        // A static program.
      }
    }
    for index in sites.indices {
      let name = key(sites[index]).flatMap { names[$0]?.name }
      sites[index].function?.name = name
    }
  }
}
