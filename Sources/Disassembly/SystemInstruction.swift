/// An instruction that enters a kernel or a hypervisor, or that only they may execute.
public enum SystemInstruction: String, CaseIterable, Hashable, Sendable {
  // x86 (Intel SDM vol. 2, AMD64 vol. 3).
  case syscall
  case sysenter
  /// `int $0x80`, the gate that Linux and others have for system calls of 32-bit programs.
  case int80 = "int 0x80"
  /// `int` with another number. `int3`, which debuggers use, is another instruction.
  case int
  // ARM, Thumb and AArch64 (Arm Architecture Reference Manual).
  case svc
  case hvc
  case smc
  // RISC-V (Unprivileged ISA 2.8).
  case ecall
  // x86, for kernels, hypervisors and their guests.
  case vmcall
  case vmmcall
  /// `in`, `ins`.
  case `in`
  /// `out`, `outs`.
  case out
  case hlt
  case cli
  case sti
  case wrmsr

  /// What user land executes only by a kernel's leave, and what is looked for on demand only.
  public var isPrivileged: Bool {
    switch self {
    case .syscall, .sysenter, .int80, .int, .svc, .hvc, .smc, .ecall: false
    case .vmcall, .vmmcall, .in, .out, .hlt, .cli, .sti, .wrmsr: true
    }
  }
}
