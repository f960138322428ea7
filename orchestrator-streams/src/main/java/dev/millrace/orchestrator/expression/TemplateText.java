package dev.millrace.orchestrator.expression;

import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import java.util.ArrayList;
import java.util.List;

/** Takes a text apart at its <code>${...}</code>. <code>$${</code> is a literal <code>${</code>. */
final class TemplateText {
  private static final String OPEN = "${";
  private static final String ESCAPED = "$${";

  private final String text;
  private final List<Part> parts = new ArrayList<>();
  private int at;

  private TemplateText(String text) {
    this.text = text;
  }

  /** A piece of a text. */
  sealed interface Part {}

  /** Text as it is. */
  record Literal(String text) implements Part {}

  /**
   * The source of an expression.
   *
   * @param offset where it begins, in characters of the text
   */
  record Source(String source, int offset) implements Part {}

  /**
   * The parts of a text.
   *
   * @throws InvalidExpressionException when an expression does not end
   */
  static List<Part> parse(String text) throws InvalidExpressionException {
    TemplateText template = new TemplateText(text);
    template.parse();
    return template.parts;
  }

  private void parse() throws InvalidExpressionException {
    StringBuilder literal = new StringBuilder();
    while (at < text.length()) {
      if (text.startsWith(ESCAPED, at)) {
        literal.append(OPEN);
        at += ESCAPED.length();
      } else if (text.startsWith(OPEN, at)) {
        flush(literal);
        at += OPEN.length();
        parts.add(source());
      } else {
        literal.append(text.charAt(at++));
      }
    }
    flush(literal);
  }

  private void flush(StringBuilder literal) {
    if (!literal.isEmpty()) {
      parts.add(new Literal(literal.toString()));
      literal.setLength(0);
    }
  }

  private Source source() throws InvalidExpressionException {
    int from = at;
    int depth = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '}' && depth == 0) {
        at++;
        return new Source(text.substring(from, at - 1), from);
      }
      if (c == '"' || c == '\'') {
        skipString(c, isRaw(from));
      } else {
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        at++;
      }
    }
    throw new InvalidExpressionException(
        "expression %s at offset %d: it has no end; close it with }, or write $${ for a literal ${"
            .formatted(Excerpt.of(text.substring(from)), from - OPEN.length()),
        from - OPEN.length());
  }

  /** Whether the string that begins here is one in which a backslash is a backslash. */
  private boolean isRaw(int from) {
    for (int i = at - 1; i >= from && i >= at - 2; i--) {
      char c = text.charAt(i);
      if (c == 'r' || c == 'R') {
        return true;
      }
      if (c != 'b' && c != 'B') {
        return false;
      }
    }
    return false;
  }

  private void skipString(char quote, boolean raw) {
    String one = String.valueOf(quote);
    String end = text.startsWith(one.repeat(3), at) ? one.repeat(3) : one;
    at += end.length();
    while (at < text.length() && !text.startsWith(end, at)) {
      at += text.charAt(at) == '\\' && !raw ? 2 : 1;
    }
    at = Math.min(text.length(), at + end.length());
  }
}
