package dev.millrace.orchestrator.definition;

/**
 * One event of a source's tree, read in order.
 *
 * @param text the scalar as it is written, without quotes; empty for the other kinds
 * @param line from 1
 * @param column from 1
 */
record SourceEvent(Kind kind, String text, int line, int column) {
  enum Kind {
    MAPPING("a mapping"),
    SEQUENCE("a list"),
    /** Ends the innermost mapping or sequence. */
    END("the end"),
    TEXT("a text"),
    NUMBER("a number"),
    BOOLEAN("a boolean"),
    NULL("nothing"),
    END_OF_SOURCE("the end of the source");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  Position position() {
    return new Position(line, column);
  }
}
