internal import AbiModel
internal import ElfKit
internal import Findings
internal import Mangling
internal import Support

/// An architecture of a check: its name, and how it spells types in mangled names.
struct CheckedArch: Sendable {
  /// As the user named it; empty when there is one, without a name.
  var label: String
  /// Nil when neither a name nor an ELF file tells.
  var model: DataModel?
  /// Size of an address in bytes, where it is known.
  var addressSize: Int? { model?.pointerSize }

  /// The architecture of a name.
  ///
  /// - Throws: `InputError` when there is none of that name.
  init(label: String) throws(InputError) {
    self.label = label
    guard !label.isEmpty else { return }
    model =
      Architecture(named: label).flatMap { DataModel(of: $0.header) } ?? DataModel.named(label)
    guard model != nil else {
      throw InputError(
        path: "--archs", "no architecture \(label); known are \(Architecture.listing)")
    }
  }
}

extension DataModel {
  /// What the ELF header tells: class, machine, and on MIPS the flags (`EF_MIPS_ABI2` is n32).
  init?(of header: ElfHeader) {
    let is64Bit = header.elfClass == .elf64
    switch header.machine {
    case .x86_64: self = is64Bit ? .x86_64 : .x32
    case .i386: self = .x86_32
    case .aarch64: self = is64Bit ? .aarch64 : .aarch64ILP32
    case .arm: self = .arm
    case .riscv: self = is64Bit ? .riscv64 : .riscv32
    case .s390: self = is64Bit ? .s390x : .s390
    case .ppc: self = .ppc32
    case .ppc64: self = .ppc64
    case .mips: self = is64Bit ? .mips64 : header.flags & 0x20 != 0 ? .mipsN32 : .mipsO32
    case .loongArch where is64Bit: self = .loongarch64
    case .sparc: self = .sparc
    case .sparcV9: self = .sparc64
    case .m68k: self = .m68k
    default: return nil
    }
  }
}
