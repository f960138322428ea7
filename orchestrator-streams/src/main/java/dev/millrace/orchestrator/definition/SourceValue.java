package dev.millrace.orchestrator.definition;

import org.jspecify.annotations.Nullable;

/**
 * A value of a source, and where in the definition it stands; spelled out only when something is
 * wrong with it.
 *
 * @param parent the mapping or list that has it; null for the definition itself
 * @param name its field, as it is written; empty for an item of a list
 * @param item its index in its list; -1 for a field
 * @param event its first event
 */
record SourceValue(@Nullable SourceValue parent, String name, int item, SourceEvent event) {
  private static final int NO_ITEM = -1;

  static SourceValue root(SourceEvent event) {
    return new SourceValue(null, "", NO_ITEM, event);
  }

  SourceValue field(String field, SourceEvent value) {
    return new SourceValue(this, field, NO_ITEM, value);
  }

  SourceValue item(int index, SourceEvent value) {
    return new SourceValue(this, "", index, value);
  }

  boolean isItem() {
    return item != NO_ITEM;
  }

  SourceEvent.Kind kind() {
    return event.kind();
  }

  /** The scalar as it is written; empty for the other kinds. */
  String text() {
    return event.text();
  }

  Position position() {
    return event.position();
  }

  /** Where it is in the definition, such as {@code steps[3].dependsOn[1]}. */
  String path() {
    if (parent == null) {
      return "";
    }
    return isItem() ? parent.path() + "[" + item + "]" : parent.path(name);
  }

  /** Where a field of it is. */
  String path(String field) {
    String own = path();
    return own.isEmpty() ? field : own + "." + field;
  }
}
