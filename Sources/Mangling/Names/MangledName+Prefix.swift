extension MangledName {
  /// Whether a name is that of a C++ entity: it begins with `_Z` (Itanium C++ ABI 5.1.2).
  @inlinable
  public static func isMangled(_ name: UnsafeRawBufferPointer) -> Bool {
    name.count > 2 && name[0] == UInt8(ascii: "_") && name[1] == UInt8(ascii: "Z")
  }
}
