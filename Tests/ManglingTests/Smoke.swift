import Mangling
import Testing

@Test func aNameIsParsed() throws {
  var parser = MangledNameParser()
  _ = try parser.parse("_ZN4demo7Session6submitEPKvj")
}
