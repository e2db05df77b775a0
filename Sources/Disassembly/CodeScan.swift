/// What ``CodeScanner`` found in the code of a file.
public struct CodeScan: Sendable {
  /// The function that holds an instruction.
  public struct Function: Hashable, Sendable {
    /// Where it begins: a virtual address or, in relocatable objects, an offset in the section.
    public var address: UInt64
    /// In bytes; 0 when it is not known, and the code up to the next function is taken for it.
    public var size: UInt64
    /// As the symbol table has it. Nil when only unwind information tells of the function.
    public var name: [UInt8]?
  }

  /// How it is known that bytes are an instruction.
  public enum Evidence: Hashable, Sendable {
    /// Reached from the start of a function by following branches, or in code by mapping symbols.
    case code
    /// Found by reading bytes in a row where nothing tells code from data.
    case sweep
  }

  /// One instruction.
  public struct Site: Hashable, Sendable {
    /// A virtual address or, in relocatable objects, an offset in the section.
    public var address: UInt64
    /// Which instruction it is.
    public var instruction: SystemInstruction
    /// The instruction as assemblers write it.
    public var text: String
    /// The name of the section; nil when section headers were stripped.
    public var section: String?
    /// Its number; 0 when section headers were stripped.
    public var sectionIndex: UInt32
    /// The function that holds it. Nil when none is known there.
    public var function: Function?
    /// How it is known that it is one.
    public var evidence: Evidence
    /// The address is an offset in the section: of relocatable objects.
    public var isRelative: Bool
  }

  /// How many instructions are listed of one file. Libraries that consist of system calls have some
  /// hundreds; a file made for it has one in every two bytes.
  public static let siteLimit = 2048

  /// Sorted by section and address; the first ``siteLimit`` of the file.
  public var sites: [Site] = []
  /// How many more there are.
  public var unlisted: [SystemInstruction: Int] = [:]
  /// How much code there is, in bytes.
  public var codeSize = 0
}

/// Code cannot be looked at, although the file is well-formed.
public struct CodeNotKnown: Error, Hashable, Sendable {
  /// In words for the user.
  public var reason: String
}
