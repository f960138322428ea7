package dev.millrace.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page in Markdown. */
record Document(Path file, String text) {
  /** The repository's root, seen from the module that tests run in. */
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern FENCED_CODE = Pattern.compile("(?ms)^ *```.*?^ *```");
  private static final Pattern CODE = Pattern.compile("`[^`\n]+`");
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");

  static Document read(Path file) {
    try {
      return new Document(file, Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What its links lead to, as written. */
  List<String> links() {
    String prose = FENCED_CODE.matcher(text).replaceAll("");
    return LINK.matcher(CODE.matcher(prose).replaceAll("")).results().map(Document::first).toList();
  }

  /** The names by which its headings can be linked to. */
  List<String> anchors() {
    return HEADING
        .matcher(FENCED_CODE.matcher(text).replaceAll(""))
        .results()
        .map(Document::first)
        .map(heading -> heading.toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
        .toList();
  }

  /** The cells of the rows of its tables, without heads and rules. */
  Stream<List<String>> rows() {
    return text.lines()
        .filter(line -> line.startsWith("| "))
        .map(line -> line.substring(1, line.lastIndexOf('|')))
        .map(line -> Stream.of(line.split("\\|", -1)).map(String::strip).toList());
  }

  private static String first(MatchResult match) {
    return match.group(1);
  }
}
