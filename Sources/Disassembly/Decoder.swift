/// Where execution goes after an instruction.
enum Flow: Equatable {
  case next
  /// There, or to the next instruction.
  case branch(UInt64)
  case jump(UInt64)
  /// There, and back to the next instruction.
  case call(UInt64)
  /// To an address that the instruction does not tell.
  case indirectJump
  /// Nowhere: a return or a trap.
  case stop
}

/// What an instruction says of other places.
enum Reference: Equatable {
  /// The address of something, perhaps of a jump table with offsets from its start.
  case address(UInt64)
  /// A table of addresses that is indexed.
  case table(UInt64)
  /// A constant of that many bytes beside the code (a literal pool).
  case literal(UInt64, size: Int)
}

/// An instruction, as far as it matters here.
struct Step {
  /// In bytes, at least 1.
  var length: Int
  var isBad = false
  /// Compilers do not make it, and data that is read as code has it often.
  var isUnlikely = false
  var flow = Flow.next
  var reference: Reference?
  var system: SystemInstruction?
  /// Of system instructions only.
  var text = ""
}

/// Reads the instructions of a machine from the code of one section.
protocol Decoder: AnyObject {
  /// The instruction at `address`, which lies in the code.
  func step(at address: UInt64) -> Step
  /// Instructions are at multiples of that many bytes.
  var unit: Int { get }
  /// Whether data that is read as instructions makes those behind it wrong.
  static var losesStep: Bool { get }
}

/// The bytes of a section with their addresses.
struct Code {
  /// Outlives every use of this value: the decoders live inside the closure that lends the bytes.
  let bytes: UnsafeRawBufferPointer
  let address: UInt64

  var end: UInt64 { address &+ UInt64(bytes.count) }

  /// A little-endian number of the code. Zero when it is cut by the end.
  @inline(__always)
  func load<Value: FixedWidthInteger & BitwiseCopyable>(_ at: UInt64, _: Value.Type) -> Value {
    let offset = Int(at &- address)
    guard offset >= 0, bytes.count - offset >= MemoryLayout<Value>.size else { return 0 }
    return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  func holds(_ at: UInt64, count: Int) -> Bool {
    at >= address && at <= end && end - at >= UInt64(count)
  }
}
