/// Attributes of a whole file as `.ARM.attributes`, `.riscv.attributes` and `.gnu.attributes`
/// hold them (Addenda to the ABI for the Arm Architecture, "Object file build attributes").
public struct ObjectAttributes: Hashable, Sendable {
  /// A tag with its value.
  public enum Attribute: Hashable, Sendable {
    case number(UInt64, UInt64)
    case string(UInt64, String)
  }

  /// Who defines the tags: `aeabi`, `riscv`, `gnu`.
  public var vendor: String
  public var attributes: [Attribute]

  public init(vendor: String, _ attributes: [Attribute]) {
    self.vendor = vendor
    self.attributes = attributes
  }

  /// The contents of the section.
  public func bytes(in order: ElfHeader.ByteOrder) -> [UInt8] {
    var pairs: [UInt8] = []
    for attribute in attributes {
      switch attribute {
      case .number(let tag, let value):
        Self.append(uleb128: tag, to: &pairs)
        Self.append(uleb128: value, to: &pairs)
      case .string(let tag, let value):
        Self.append(uleb128: tag, to: &pairs)
        pairs += Array(value.utf8) + [0]
      }
    }
    // Sizes count the fields themselves.
    let file = [1] + Self.word(UInt32(5 + pairs.count), order) + pairs  // Tag_File
    let name = Array(vendor.utf8) + [0]
    // Format version 'A'.
    return [0x41] + Self.word(UInt32(4 + name.count + file.count), order) + name + file
  }

  private static func append(uleb128 value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    repeat {
      let low = UInt8(rest & 0x7f)
      rest >>= 7
      bytes.append(rest == 0 ? low : low | 0x80)
    } while rest != 0
  }

  private static func word(_ value: UInt32, _ order: ElfHeader.ByteOrder) -> [UInt8] {
    withUnsafeBytes(of: order == .little ? value.littleEndian : value.bigEndian) { Array($0) }
  }
}
