internal import AbiModel
internal import ElfKit
internal import Findings

// The calling convention that ELF headers tell: `-mabi`, `-mfloat-abi`.
extension ProcessCheck {
  /// As link editors compare the files of a link, and the dynamic linkers of some machines what
  /// they load (`elf_machine_matches_host` of glibc's RISC-V port).
  mutating func checkConvention(of index: Int) {
    guard index > 0, let program = process.loaded[0].object.header,
      let library = process.loaded[index].object.statedHeader,
      !CallingConvention(program).isCompatible(with: CallingConvention(library))
    else { return }
    func flags(_ header: ElfHeader) -> String { "0x\(String(header.flags, radix: 16))" }
    report(
      .flagsDiffer, of: index,
      "functions are called in another way: the ELF flags are \(flags(library)), and those of "
        + "\(name(of: 0)) \(flags(program))")
  }
}

extension LinkObject {
  /// Of a text, the header of the architecture that it says it is of. It is read for that of the
  /// program.
  fileprivate var statedHeader: ElfHeader? {
    origin == .abi ? abi?.architecture?.header : header
  }
}
