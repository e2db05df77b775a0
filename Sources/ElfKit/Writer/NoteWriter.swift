/// A note (gABI ch. 5 "Note Section"): words of four bytes in both classes.
extension SharedObject.Note {
  private var ownerSize: Int { owner.utf8.count + 1 }

  /// In bytes.
  var size: Int { 12 + (ownerSize + 3) & ~3 + (descriptor.count + 3) & ~3 }

  func write(_ writer: FieldWriter, at offset: Int) {
    var fields = FieldSequence(writer, at: offset)
    fields.word(UInt32(ownerSize))
    fields.word(UInt32(descriptor.count))
    fields.word(type)
    fields.bytes(Array(owner.utf8))
    fields.offset = offset + 12 + (ownerSize + 3) & ~3
    fields.bytes(descriptor)
  }
}
