package dev.millrace.orchestrator.definition;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Where in the source the values of a definition stand. One thread. */
final class SourceMap {
  private static final Pattern PART = Pattern.compile("\\[(\\d+)]|([^.\\[\\]]+)");

  private final List<SourceValue> values = new ArrayList<>();

  /** Adds a value; a parent comes before what it holds, the definition itself first. */
  void add(SourceValue value) {
    values.add(value);
  }

  /** The place of a path, or of the nearest thing around it that has one. */
  Position find(String path) {
    if (values.isEmpty()) {
      return Position.START;
    }
    SourceValue found = values.getFirst();
    List<MatchResult> parts = PART.matcher(path).results().toList();
    int known = 0;
    for (int i = 1; i < values.size() && known < parts.size(); i++) {
      SourceValue value = values.get(i);
      if (value.parent() == found && isAt(value, parts.get(known))) {
        found = value;
        known++;
      }
    }
    return known == 0 ? Position.START : found.position();
  }

  private static boolean isAt(SourceValue value, MatchResult part) {
    String index = part.group(1);
    return index == null
        ? !value.isItem() && value.name().equals(part.group(2))
        : value.isItem() && value.item() == Integer.parseInt(index);
  }
}
