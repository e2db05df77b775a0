/// An instruction that enters a kernel or a hypervisor, or that only they may execute.
public enum SystemInstruction: String, CaseIterable, Hashable, Sendable {
  // x86 (Intel SDM vol. 2, AMD64 vol. 3).
  /// The fast system call of 64-bit code, and of AMD's 32-bit code.
  case syscall
  /// The fast system call of 32-bit code.
  case sysenter
  /// `int $0x80`, the gate that Linux and others have for system calls of 32-bit programs.
  case int80 = "int 0x80"
  /// `int` with another number. `int3`, which debuggers use, is another instruction.
  case int
  // ARM, Thumb and AArch64 (Arm Architecture Reference Manual).
  /// Supervisor call, to a kernel.
  case svc
  /// Hypervisor call.
  case hvc
  /// Secure monitor call, to firmware.
  case smc
  // RISC-V (Unprivileged ISA 2.8).
  /// Environment call, to the next level of privilege.
  case ecall
  // x86, for kernels, hypervisors and their guests.
  /// Call of a hypervisor by its guest (Intel VT-x).
  case vmcall
  /// Call of a hypervisor by its guest (AMD SVM).
  case vmmcall
  /// `in`, `ins`: input from a port.
  case `in`
  /// `out`, `outs`: output to a port.
  case out
  /// Halt until the next interrupt.
  case hlt
  /// Disable interrupts.
  case cli
  /// Enable interrupts.
  case sti
  /// Write a model-specific register.
  case wrmsr

  /// What user land executes only by a kernel's leave, and what is looked for on demand only.
  public var isPrivileged: Bool {
    switch self {
    case .syscall, .sysenter, .int80, .int, .svc, .hvc, .smc, .ecall: false
    case .vmcall, .vmmcall, .in, .out, .hlt, .cli, .sti, .wrmsr: true
    }
  }
}
