internal import AbiModel
internal import Mangling
internal import Support

/// Names that can be gone through by number.
protocol NumberedNames {
  var nameCount: Int { get }
  func withName<Result>(at number: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result
}

extension Abi: NumberedNames {
  var nameCount: Int { symbols.count }

  func withName<Result>(at number: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withName(of: symbols[number], body)
  }
}

/// For a name that is not there, the one that was perhaps meant: the same C++ function with other
/// parameters or constness, or a name with a few other letters. A name that has nothing in common
/// with the one wanted is never suggested.
struct NearestName {
  /// A name without qualifiers and parameters, in ``bytes``: the scoped name of a C++ entity, all of
  /// any other name.
  private struct Entry {
    var hash: UInt64
    var offset: UInt32
    var length: UInt32
    var number: Int32
  }

  private let names: any NumberedNames
  private var entries: [Entry] = []
  /// The places in ``entries`` by length.
  private var byLength: [[Int32]] = []
  private var bytes: [UInt8] = []
  private var isIndexed = false
  private var parser = MangledNameParser()
  /// How many names are still compared letter by letter. Where thousands are missing it is another
  /// library, and nobody reads as many hints.
  private var budget = 2_000_000

  init(of names: any NumberedNames) { self.names = names }

  /// The nearest name; nil when none is near.
  mutating func find(like name: ByteName) -> ByteName? {
    if !isIndexed { index() }
    guard let wanted = entity(of: name) else { return nil }
    let number = sameEntity(wanted, name) ?? (isIndexed ? nearEntity(wanted, name) : nil)
    return number.map { names.withName(at: $0) { ByteName([UInt8]($0)) } }
  }

  private mutating func index() {
    isIndexed = true
    for number in 0..<names.nameCount {
      guard let entity = names.withName(at: number, { entity(of: $0) }) else { continue }
      let place = Int32(entries.count)
      entries.append(
        Entry(
          hash: entity.withUnsafeBytes(NameTable.hash), offset: UInt32(clamping: bytes.count),
          length: UInt32(entity.count), number: Int32(number)))
      bytes += entity
      while byLength.count <= entity.count { byLength.append([]) }
      byLength[entity.count].append(place)
    }
    entries.sort { ($0.hash, $0.number) < ($1.hash, $1.number) }
    for length in byLength.indices { byLength[length].removeAll() }
    for (place, entry) in entries.enumerated() { byLength[Int(entry.length)].append(Int32(place)) }
  }

  private func text(of entry: Entry) -> ArraySlice<UInt8> {
    bytes[Int(entry.offset)..<Int(entry.offset) + Int(entry.length)]
  }

  // MARK: Entities

  private mutating func entity(of name: ByteName) -> [UInt8]? {
    name.bytes.withUnsafeBytes { entity(of: $0) }
  }

  /// What a name names, without qualifiers and parameters. Nil for names beyond the limits.
  private mutating func entity(of name: UnsafeRawBufferPointer) -> [UInt8]? {
    guard name.count < 4096 else { return nil }
    guard MangledName.isMangled(name) else { return [UInt8](name) }
    guard let parsed = try? parser.parse([UInt8](name)),
      let encoding = Self.first(parsed.children(of: parsed.root)),
      let entity = Self.first(parsed.children(of: encoding))
    else { return nil }
    guard parsed.nodes[entity].kind == .nestedName else { return [UInt8](parsed.text(of: entity)) }
    var last: Int?
    for child in parsed.children(of: entity) { last = child }
    return last.map { [UInt8](parsed.text(of: $0)) }
  }

  private static func first(_ children: MangledName.Children) -> Int? {
    var children = children
    return children.next()
  }

  /// The overload whose whole name is the most like the one wanted.
  private mutating func sameEntity(_ wanted: [UInt8], _ name: ByteName) -> Int? {
    guard name.isMangled else { return nil }
    let hash = wanted.withUnsafeBytes(NameTable.hash)
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].hash < hash { low = middle + 1 } else { high = middle }
    }
    var best: (distance: Int, number: Int)?
    // As many overloads as a person would look at.
    for entry in entries[low...].prefix(64)
    where entry.hash == hash && text(of: entry) == wanted[...] {
      let distance = names.withName(at: Int(entry.number)) { other in
        other.elementsEqual(name.bytes) || other.count > 1024 || name.bytes.count > 1024
          ? Int.max : EditDistance.between(name.bytes, [UInt8](other))
      }
      if distance < best?.distance ?? .max { best = (distance, Int(entry.number)) }
    }
    return best?.number
  }

  // MARK: Letters

  /// The entity with the fewest other letters, when somebody could have mistyped or renamed it.
  private mutating func nearEntity(_ wanted: [UInt8], _ name: ByteName) -> Int? {
    let limit = max(1, Self.ownName(of: wanted).count / 5)
    guard wanted.count > 2, wanted.count < 1024 else { return nil }
    var best: (distance: Int, number: Int)?
    for length in max(1, wanted.count - limit)...(wanted.count + limit)
    where length < byLength.count {
      for place in byLength[length] {
        guard budget > 0 else { return best?.number }
        budget -= 1
        let entry = entries[Int(place)]
        let other = text(of: entry)
        // A first letter is hardly ever mistyped.
        guard other.first == wanted.first, other != wanted[...],
          names.withName(at: Int(entry.number), MangledName.isMangled) == name.isMangled
        else { continue }
        budget -= wanted.count
        let below = best.map { $0.distance - 1 } ?? limit
        if let distance = EditDistance.between(wanted[...], other, atMost: below) {
          best = (distance, Int(entry.number))
          if distance <= 1 { return best?.number }
        }
      }
    }
    return best?.number
  }

  /// The last identifier of a scoped name (Itanium C++ ABI 5.1.3 `<source-name>`), or all of it.
  private static func ownName(of entity: [UInt8]) -> ArraySlice<UInt8> {
    for start in entity.indices.dropFirst().reversed() {
      var number = 0
      var place = start - 1
      var scale = 1
      while place >= 0, scale < 10_000, (0x30...0x39).contains(entity[place]) {
        number += Int(entity[place] - 0x30) * scale
        if number == entity.count - start { return entity[start...] }
        scale *= 10
        place -= 1
      }
    }
    return entity[...]
  }
}

extension ByteName {
  /// Whether it is the name of a C++ entity.
  var isMangled: Bool { bytes.withUnsafeBytes(MangledName.isMangled) }
}

extension LinkObject: NumberedNames {
  var nameCount: Int { definitions.count }

  func withName<Result>(at number: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withName(definitions[number].nameOffset, definitions[number].nameLength, body)
  }
}

/// The nearest names of several objects, each indexed when it is first asked.
struct NearestDefinitions {
  private var names: [ObjectIdentifier: NearestName] = [:]

  mutating func find(like name: ByteName, in object: LinkObject) -> ByteName? {
    names[ObjectIdentifier(object), default: NearestName(of: object)].find(like: name)
  }
}
