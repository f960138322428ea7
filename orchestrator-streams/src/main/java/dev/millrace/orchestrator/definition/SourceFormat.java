package dev.millrace.orchestrator.definition;

import java.util.Locale;

/** The notations in which a definition may be written. */
public enum SourceFormat {
  /** YAML 1.2. */
  YAML,
  /** JSON, RFC 8259: no comments, no unquoted text, no trailing commas. */
  JSON,
  /** JSON when the first character that is not white space is a brace, else YAML. */
  AUTO;

  /** The format that a file's name ends in, whatever its case; {@link #AUTO} for other names. */
  public static SourceFormat ofFileName(String fileName) {
    String name = fileName.toLowerCase(Locale.ROOT);
    if (name.endsWith(".json")) {
      return JSON;
    }
    return name.endsWith(".yaml") || name.endsWith(".yml") ? YAML : AUTO;
  }

  /** This format, or what {@link #AUTO} comes to for a source. */
  SourceFormat resolve(byte[] source) {
    if (this != AUTO) {
      return this;
    }
    int at = Utf8.start(source);
    while (at < source.length && Character.isWhitespace(source[at])) {
      at++;
    }
    return at < source.length && source[at] == '{' ? JSON : YAML;
  }
}
