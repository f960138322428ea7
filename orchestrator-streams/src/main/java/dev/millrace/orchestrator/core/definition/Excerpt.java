package dev.millrace.orchestrator.core.definition;

/** A text from outside, made fit for a message: short, on one line, without control characters. */
public final class Excerpt {
  /** Longest excerpt, in characters, without the quotes. */
  public static final int CHARS = 64;

  /** Longest excerpt of a sentence, in characters. */
  public static final int LINE_CHARS = 200;

  private Excerpt() {}

  /**
   * The text in single quotes, cut to {@link #CHARS}, with what a terminal would act on escaped.
   */
  public static String of(String text) {
    return "'" + clean(text, CHARS) + "'";
  }

  /** A sentence of a library, cut to {@link #LINE_CHARS}, likewise escaped. */
  public static String line(String text) {
    return clean(text, LINE_CHARS);
  }

  private static String clean(String text, int chars) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), chars) + 8);
    for (int i = 0; i < text.length() && i < chars; i++) {
      char c = text.charAt(i);
      if (isVisible(c)) {
        out.append(c);
      } else {
        out.append("\\u%04x".formatted((int) c));
      }
    }
    return out.append(text.length() > chars ? "..." : "").toString();
  }

  private static boolean isVisible(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
