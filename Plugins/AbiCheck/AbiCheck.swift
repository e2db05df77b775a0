import Foundation
import PackagePlugin

/// `swift package abi-check`: the dynamic libraries of a package keep what `ABI/NAME.abi` promises.
@main
struct AbiCheck: CommandPlugin {
  static let usage = """
    OVERVIEW: Check the dynamic libraries of the package against ABI/NAME.abi.

    USAGE: swift package abi-check [--update] [--product <name>] [--configuration <name>] [...]

      --update                 Write the ABI files in place of checking. Takes
                               swift package --allow-writing-to-package-directory.
      --product <name>         Only this product. Repeatable.
      --configuration <name>   debug or release. (default: release)
      ...                      All else goes to `abitool check`, as --format github.
    """

  func performCommand(context: PluginContext, arguments: [String]) throws {
    var extractor = ArgumentExtractor(arguments)
    if extractor.extractFlag(named: "help") > 0 {
      print(Self.usage)
      return
    }
    let isUpdate = extractor.extractFlag(named: "update") > 0
    let names = extractor.extractOption(named: "product")
    let configuration = extractor.extractOption(named: "configuration").last ?? "release"
    guard let build = PackageManager.BuildConfiguration(rawValue: configuration) else {
      throw Problem("--configuration \(configuration): it is debug or release")
    }

    let products = try dynamicLibraries(of: context.package, named: names)
    let tool = try context.tool(named: "abitool").url
    let folder = context.package.directoryURL.appendingPathComponent("ABI")
    var broken: [String] = []
    for product in products {
      let library = try built(product, build)
      let abi = folder.appendingPathComponent(product.name + ".abi")
      if isUpdate {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        guard try run(tool, ["extract", library.path, "-o", abi.path, "--if-changed"]) == 0 else {
          throw Problem("the ABI of \(product.name) was not written")
        }
        continue
      }
      guard FileManager.default.fileExists(atPath: abi.path) else {
        throw Problem(
          """
          \(product.name) has no ABI/\(product.name).abi; write it with
            swift package --allow-writing-to-package-directory abi-check --update
          """)
      }
      let arguments =
        ["check", "--library", library.path, "--abi", abi.path] + extractor.remainingArguments
      if try run(tool, arguments) != 0 { broken.append(product.name) }
    }
    if !broken.isEmpty {
      throw Problem("the ABI is broken: \(broken.joined(separator: ", "))")
    }
  }

  private func dynamicLibraries(of package: Package, named names: [String]) throws
    -> [LibraryProduct]
  {
    let all = package.products(ofType: LibraryProduct.self).filter { $0.kind == .dynamic }
    if let name = names.first(where: { name in !all.contains { $0.name == name } }) {
      throw Problem("\(name) is not a product of the package with type: .dynamic")
    }
    let products = names.isEmpty ? all : all.filter { names.contains($0.name) }
    guard !products.isEmpty else {
      throw Problem("the package has no library product with type: .dynamic")
    }
    return products
  }

  /// The file of a product, built.
  private func built(
    _ product: LibraryProduct, _ configuration: PackageManager.BuildConfiguration
  ) throws -> URL {
    let result = try packageManager.build(
      .product(product.name), parameters: .init(configuration: configuration))
    guard result.succeeded else { throw Problem(result.logText) }
    let libraries = result.builtArtifacts.filter { $0.kind == .dynamicLibrary }
    guard let library = libraries.first(where: { $0.url.lastPathComponent.contains(product.name) })
    else { throw Problem("building \(product.name) gave no shared library") }
    return library.url
  }

  private func run(_ tool: URL, _ arguments: [String]) throws -> Int32 {
    let process = try Process.run(tool, arguments: arguments)
    process.waitUntilExit()
    return process.terminationStatus
  }
}

/// What the user is told.
struct Problem: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}
