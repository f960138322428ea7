package dev.millrace.orchestrator.definition;

/**
 * A place in a source.
 *
 * @param line from 1
 * @param column from 1, in characters
 */
record Position(int line, int column) {
  static final Position START = new Position(1, 1);

  /** The place of a character in a text. */
  static Position of(String text, int index) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < index; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new Position(line, text.codePointCount(lineStart, index) + 1);
  }
}
