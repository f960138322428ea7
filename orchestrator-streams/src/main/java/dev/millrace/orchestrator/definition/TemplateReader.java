package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.orchestrator.core.definition.DefinitionRule;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads any value into JSON text. Of what is in it only the texts with expressions are entered in
 * the map of places, with all that they are in: a value may be large. One thread.
 */
final class TemplateReader {
  private final SourceValues values;
  private final List<SourceValue> open = new ArrayList<>();
  private int entered;

  TemplateReader(SourceValues values) {
    this.values = values;
  }

  /** The text of a value; what in it has no JSON becomes null, and a problem. */
  String read(SourceValue value) throws SourceRefusedException {
    StringBuilder out = new StringBuilder();
    open.clear();
    entered = 1;
    append(out, value);
    return out.toString();
  }

  private void append(StringBuilder out, SourceValue value) throws SourceRefusedException {
    switch (value.kind()) {
      case MAPPING -> appendMapping(out, value);
      case SEQUENCE -> appendList(out, value);
      case TEXT -> {
        if (value.text().contains("${")) {
          values.countExpression(value);
          enter(value);
        }
        JsonText.appendText(out, value.text());
      }
      case NUMBER -> {
        BigDecimal number = SourceValues.decimal(value.event());
        if (number == null) {
          values.wrongType(value, "a number of at most 64 characters", "put it in quotes");
        }
        out.append(number);
      }
      case BOOLEAN -> out.append(Boolean.parseBoolean(value.text()));
      case NULL -> out.append("null");
      case END, END_OF_SOURCE ->
          throw new IllegalStateException("not the beginning of a value: " + value.kind());
    }
    if (out.length() > DefinitionLimits.TEMPLATE_CHARS) {
      throw new SourceRefusedException(
          DefinitionRule.TEMPLATE_TEXT.code(),
          value.position(),
          value.path(),
          "more than %,d characters of JSON; hand over less, or a reference to it"
              .formatted(DefinitionLimits.TEMPLATE_CHARS));
    }
  }

  private void enter(SourceValue text) {
    if (open.isEmpty()) {
      return;
    }
    while (entered < open.size()) {
      values.at(open.get(entered++));
    }
    values.at(text);
  }

  private void appendMapping(StringBuilder out, SourceValue mapping) throws SourceRefusedException {
    open.add(mapping);
    out.append('{');
    Set<String> seen = new HashSet<>();
    SourceEvent key = values.next();
    while (key.kind() != SourceEvent.Kind.END) {
      if (key.kind() == SourceEvent.Kind.MAPPING || key.kind() == SourceEvent.Kind.SEQUENCE) {
        values.wrongType(mapping.field("", key), "a text as a key", "write a text");
        values.skip(values.next());
      } else if (seen.add(key.text())) {
        out.append(seen.size() == 1 ? "" : ",");
        JsonText.appendText(out, key.text());
        append(out.append(':'), mapping.field(key.text(), values.next()));
      } else {
        values.duplicateField(mapping, key);
        values.skip(values.next());
      }
      key = values.next();
    }
    out.append('}');
    close();
  }

  private void appendList(StringBuilder out, SourceValue list) throws SourceRefusedException {
    open.add(list);
    out.append('[');
    SourceEvent item = values.next();
    for (int i = 0; item.kind() != SourceEvent.Kind.END; i++) {
      out.append(i == 0 ? "" : ",");
      append(out, list.item(i, item));
      item = values.next();
    }
    out.append(']');
    close();
  }

  private void close() {
    open.removeLast();
    entered = Math.max(1, Math.min(entered, open.size()));
  }
}
