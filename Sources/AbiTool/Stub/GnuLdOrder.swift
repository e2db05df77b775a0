internal import ElfKit

/// The order in which GNU ld writes the symbols of a library, within a bucket of the GNU hash
/// table: that of its own table of names.
///
/// Linkers enter the symbols of a library in the order of its table, and GNU ld and mold give
/// the strings or symbols of a program the same order. So a stub has the order that the library
/// most likely has. How large GNU ld's table was depends on what else was linked; here it is what
/// it is for a library alone.
enum GnuLdOrder {
  /// The sizes that the table of names takes as it grows (bfd/hash.c).
  private static let sizes: [UInt64] = [
    4051, 4093, 8191, 16381, 32749, 65521, 131071, 262139, 524287, 1_048_573, 2_097_143,
    4_194_301, 8_388_593, 16_777_213, 33_554_393, 67_108_859, 134_217_689, 268_435_399,
    536_870_909, 1_073_741_789, 2_147_483_647, 4_294_967_291,
  ]

  /// The entries of a plan in this order, as indices.
  static func indices(of plan: StubPlan) -> [Int] {
    // A default version is entered with and without the version.
    let twice = plan.entries.indices.count { index in
      isEnteredWithVersion(index, of: plan) && !plan.entries[index].version.isHidden
    }
    let names = plan.entries.count + twice
    let size = sizes.first { UInt64(names) <= $0 / 4 * 3 } ?? sizes[sizes.count - 1]
    let keys = plan.entries.indices.map { hash(of: $0, in: plan) % size }
    return plan.entries.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
  }

  /// Versions are part of a name where the assembler sets them (`.symver`), and not where the
  /// version script does, which can give a name one version only.
  private static func isEnteredWithVersion(_ index: Int, of plan: StubPlan) -> Bool {
    let version = plan.entries[index].version
    return version.isHidden || version != .global && plan.origins[index].sharesName
  }

  private static func hash(of index: Int, in plan: StubPlan) -> UInt64 {
    var hash = Hash()
    let entry = plan.entries[index]
    plan.withName(of: entry) { name in
      for byte in name { hash.append(byte) }
    }
    if isEnteredWithVersion(index, of: plan) {
      hash.append(UInt8(ascii: "@"))
      if !entry.version.isHidden { hash.append(UInt8(ascii: "@")) }
      for byte in plan.version(of: entry)?.name ?? [] { hash.append(byte) }
    }
    return hash.finish()
  }

  /// `bfd_hash_hash`.
  private struct Hash {
    private var value: UInt64 = 0
    private var length: UInt64 = 0

    mutating func append(_ byte: UInt8) {
      mix(UInt64(byte))
      length += 1
    }

    private mutating func mix(_ number: UInt64) {
      value = value &+ number &+ (number << 17)
      value ^= value >> 2
    }

    mutating func finish() -> UInt64 {
      mix(length)
      return value
    }
  }
}
