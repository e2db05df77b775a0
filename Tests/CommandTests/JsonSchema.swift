import Foundation

/// The part of JSON Schema (2020-12) that this package's schemas use: type, required, properties,
/// additionalProperties, items, enum, const, minimum and $ref within the document.
struct JsonSchema {
  private let root: Any

  init(_ root: Any) { self.root = root }

  /// What in a value the schema does not allow, with the path to it.
  func violations(of value: Any) -> [String] { check(value, root, "$") }

  private func check(_ value: Any, _ schema: Any, _ path: String) -> [String] {
    guard var schema = schema as? [String: Any] else { return [] }
    if let reference = schema["$ref"] as? String, let target = resolve(reference) {
      schema = target
    }
    var found: [String] = []
    if let type = schema["type"] as? String, !has(value, type) {
      return ["\(path): not of type \(type)"]
    }
    if let allowed = schema["enum"] as? [String], !allowed.contains(value as? String ?? "") {
      found.append("\(path): \(value) is not in the list")
    }
    if let constant = schema["const"] as? NSObject, constant != value as? NSObject {
      found.append("\(path): not \(constant)")
    }
    if let minimum = schema["minimum"] as? Int, (value as? Int ?? minimum) < minimum {
      found.append("\(path): below \(minimum)")
    }
    if let object = value as? [String: Any] { found += checkObject(object, schema, path) }
    if let array = value as? [Any], let items = schema["items"] {
      for (index, item) in array.enumerated() { found += check(item, items, "\(path)[\(index)]") }
    }
    return found
  }

  private func checkObject(_ object: [String: Any], _ schema: [String: Any], _ path: String)
    -> [String]
  {
    let properties = schema["properties"] as? [String: Any] ?? [:]
    var found: [String] = []
    for key in schema["required"] as? [String] ?? [] where object[key] == nil {
      found.append("\(path): no \(key)")
    }
    for (key, value) in object {
      if let property = properties[key] {
        found += check(value, property, "\(path).\(key)")
      } else if schema["additionalProperties"] as? Bool == false {
        found.append("\(path): \(key) is not in the schema")
      }
    }
    return found
  }

  private func resolve(_ reference: String) -> [String: Any]? {
    var place: Any? = root
    for part in reference.split(separator: "/").dropFirst() {
      place = (place as? [String: Any])?[String(part)]
    }
    return place as? [String: Any]
  }

  private func has(_ value: Any, _ type: String) -> Bool {
    switch type {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "string": value is String
    case "boolean": (value as? NSNumber).map { isBool($0) } ?? false
    case "integer": value is Int
    default: false
    }
  }

  private func isBool(_ number: NSNumber) -> Bool {
    String(cString: number.objCType) == "c"
  }
}
