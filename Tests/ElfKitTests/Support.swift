import Foundation
import SystemPackage
import TestSupport

@testable import ElfKit

/// A file whose bytes are changed on purpose.
struct ChangedFile {
  let path: String
  private var bytes: Data
  private let isBig: Bool

  /// - Parameter path: a file of class 64 or 32, either byte order.
  init(_ path: String) throws {
    self.path = path
    bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    isBig = bytes[5] == 2
  }

  subscript(offset: Int, size: Int) -> UInt64 {
    get {
      let field = bytes[offset..<offset + size]
      return (isBig ? Array(field) : field.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
    }
    set {
      for index in 0..<size {
        let shift = UInt64(isBig ? size - 1 - index : index) * 8
        bytes[offset + index] = UInt8(truncatingIfNeeded: newValue >> shift)
      }
    }
  }

  /// Puts bytes at an offset, behind the end too.
  mutating func put(_ contents: [UInt8], at offset: Int) {
    if bytes.count < offset + contents.count {
      bytes.append(Data(count: offset + contents.count - bytes.count))
    }
    bytes.replaceSubrange(offset..<offset + contents.count, with: contents)
  }

  var count: Int { bytes.count }

  /// Writes the bytes in the place of the file.
  func write() throws { try bytes.write(to: URL(fileURLWithPath: path)) }

  /// Sets `e_shoff`, `e_shnum` and `e_shstrndx` to 0, as `sstrip` does.
  mutating func stripSectionHeaders() {
    let is64 = bytes[4] == 2
    self[is64 ? 40 : 32, is64 ? 8 : 4] = 0
    self[is64 ? 60 : 48, 2] = 0
    self[is64 ? 62 : 50, 2] = 0
  }

  /// Changes the tag of the dynamic entries that have it.
  mutating func retag(_ tag: DynamicTag, to other: Int64) throws {
    let file = try ElfFile(path: FilePath(path))
    guard let segment = file.segments.first(where: { $0.kind == .dynamic }) else { return }
    let width = file.header.elfClass.addressSize
    let end = Int(segment.offset + segment.fileSize)
    for entry in stride(from: Int(segment.offset), to: end, by: 2 * width)
    where self[entry, width] == UInt64(tag.rawValue) {
      self[entry, width] = UInt64(other)
    }
  }
}

/// The dynamic symbols of a file by name, in order.
func dynamicSymbols(of path: String) throws -> [(name: String, symbol: ElfSymbol)] {
  let file = try ElfFile(path: FilePath(path))
  return try file.withDynamicSymbols { table throws(ElfError) in
    var result: [(String, ElfSymbol)] = []
    for index in 0..<table.count {
      let symbol = try table.symbol(at: index)
      result.append((String(decoding: table.name(of: symbol), as: UTF8.self), symbol))
    }
    return result
  }
}

func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
