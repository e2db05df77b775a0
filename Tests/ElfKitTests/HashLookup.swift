import Foundation

@testable import ElfKit

/// Looks names up in the hash tables of a file, by the descriptions of the tables and nothing of
/// the writer's.
struct HashLookup {
  let isSysv: Bool
  private let data: Data
  private let start: Int
  private let is64: Bool
  private let isBig: Bool

  init?(gnu file: borrowing ElfFile, _ data: Data) {
    self.init(file, data, .gnuHash)
  }

  init?(sysv file: borrowing ElfFile, _ data: Data) {
    self.init(file, data, .hash)
  }

  private init?(_ file: borrowing ElfFile, _ data: Data, _ kind: Section.Kind) {
    guard let section = file.sections.first(where: { $0.kind == kind }) else { return nil }
    self.data = data
    start = Int(section.offset)
    is64 = file.header.elfClass == .elf64
    isBig = file.header.byteOrder == .big
    isSysv = kind == .hash
  }

  private func word(_ index: Int) -> Int {
    let bytes = data[(start + index * 4)..<(start + index * 4 + 4)]
    return (isBig ? Array(bytes) : bytes.reversed()).reduce(0) { $0 << 8 | Int($1) }
  }

  /// The symbols that a lookup compares with the name.
  func candidates(_ name: [UInt8]) -> [Int] {
    isSysv ? sysv(name) : gnu(name)
  }

  private func sysv(_ name: [UInt8]) -> [Int] {
    let buckets = word(0)
    let hash = Int(name.withUnsafeBytes { SymbolHash.sysv($0) })
    var result: [Int] = []
    var symbol = word(2 + hash % buckets)
    while symbol != 0, result.count < 1000 {
      result.append(symbol)
      symbol = word(2 + buckets + symbol)
    }
    return result
  }

  private func gnu(_ name: [UInt8]) -> [Int] {
    let (buckets, first, filterWords, shift) = (word(0), word(1), word(2), word(3))
    let hash = Int(name.withUnsafeBytes { SymbolHash.gnu($0) })
    let bits = is64 ? 64 : 32
    let position = hash / bits % filterWords
    let filter =
      if is64 {
        UInt64(word(4 + position * 2 + (isBig ? 1 : 0)))
          | UInt64(word(4 + position * 2 + (isBig ? 0 : 1))) << 32
      } else {
        UInt64(word(4 + position))
      }
    guard filter >> UInt64(hash % bits) & 1 == 1,
      filter >> UInt64((hash >> shift) % bits) & 1 == 1
    else { return [] }
    let firstBucket = 4 + filterWords * bits / 32
    var symbol = word(firstBucket + hash % buckets)
    guard symbol != 0 else { return [] }
    var result: [Int] = []
    while true {
      let chain = word(firstBucket + buckets + symbol - first)
      if chain | 1 == hash | 1 { result.append(symbol) }
      if chain & 1 == 1 { return result }
      symbol += 1
    }
  }
}
