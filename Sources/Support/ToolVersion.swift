/// The version of abitool, which reports name.
public enum ToolVersion {
  /// As semantic versioning has it (semver.org).
  public static let current = "0.1.0"
}
