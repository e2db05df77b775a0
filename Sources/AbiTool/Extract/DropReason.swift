internal import AbiModel
internal import Findings
internal import Support

/// Why extraction leaves a symbol out.
public enum DropReason: Int, CaseIterable, Sendable {
  case undefined
  case local
  case hidden
  case withoutAddress
  case versionNode
  case linkerArtefact
  case weakTemplateInstance
  case weakFunction
  case weakVtable
  case weakTypeInfo
  case constructionVtable
  case weakThunk
  case weakStaticData
  case weakGuardVariable
  case weakInlineVariable
  case byRequest

  /// In words, for the table of counts.
  public var title: String {
    switch self {
    case .undefined: "undefined"
    case .local: "local"
    case .hidden: "hidden or internal"
    case .withoutAddress: "without an address"
    case .versionNode: "version node"
    case .linkerArtefact: "linker artefact"
    case .weakTemplateInstance: "weak C++: template instance"
    case .weakFunction: "weak C++: inline function"
    case .weakVtable: "weak C++: vtable"
    case .weakTypeInfo: "weak C++: type info"
    case .constructionVtable: "C++: virtual table during construction"
    case .weakThunk: "weak C++: thunk"
    case .weakStaticData: "weak C++: static data of an inline function"
    case .weakGuardVariable: "weak C++: guard variable"
    case .weakInlineVariable: "weak C++: inline variable"
    case .byRequest: "--drop"
    }
  }

  /// What it means, for one symbol.
  public var explanation: String {
    switch self {
    case .undefined: "the library does not define it, so it cannot promise it"
    case .local: "it is not visible outside the library"
    case .hidden: "its visibility keeps it inside the library"
    case .withoutAddress: "its value is 0, which the dynamic linker takes for undefined"
    case .versionNode: "it stands for a version node, which a #%version line records"
    case .linkerArtefact: "every linker makes one of its own"
    case .weakTemplateInstance:
      "every user of the template makes its own copy; for an explicit instantiation use --needed-by or --keep"
    case .weakFunction: "every user of the inline function makes its own copy"
    case .weakVtable, .weakTypeInfo:
      "every user of the class makes its own copy, as no key function of it is exported"
    case .constructionVtable:
      "only the constructors of the class refer to it, and its name depends on the architecture"
    case .weakThunk: "it goes with a weak vtable"
    case .weakStaticData:
      "every user makes its own copy, so program and library no longer share it at run time"
    case .weakGuardVariable:
      "every user makes its own copy, so what it guards is initialised once for each"
    case .weakInlineVariable:
      "every user makes its own copy, so program and library no longer share it at run time"
    case .byRequest: "--drop names it"
    }
  }

  /// A C++ symbol that is there, but not as a promise.
  var isWeakCxx: Bool {
    switch self {
    case .undefined, .local, .hidden, .withoutAddress, .versionNode, .linkerArtefact, .byRequest:
      false
    case .weakTemplateInstance, .weakFunction, .weakVtable, .weakTypeInfo, .constructionVtable,
      .weakThunk, .weakStaticData, .weakGuardVariable, .weakInlineVariable:
      true
    }
  }

  /// Dropping it leads to two copies at run time where there was one.
  public var changesMeaning: Bool {
    self == .weakStaticData || self == .weakGuardVariable || self == .weakInlineVariable
  }
}
