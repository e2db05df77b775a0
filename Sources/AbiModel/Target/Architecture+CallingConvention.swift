public import ElfKit

extension Architecture {
  /// Whether code with this ELF header can call code of this ABI, and the reverse, as far as link
  /// editors and dynamic linkers look at it.
  public func hasCallingConvention(of header: ElfHeader) -> Bool {
    CallingConvention(self.header).isCompatible(with: CallingConvention(header))
  }
}
