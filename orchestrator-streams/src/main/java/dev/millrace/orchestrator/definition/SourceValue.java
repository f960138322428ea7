package dev.millrace.orchestrator.definition;

import org.jspecify.annotations.Nullable;

/**
 * A value of a source, and where in the definition it stands; spelled out only when something is
 * wrong with it. Equal to itself alone.
 */
final class SourceValue {
  private static final int NO_ITEM = -1;

  private final @Nullable SourceValue parent;
  private final String name;
  private final int item;
  private final SourceEvent event;

  private SourceValue(@Nullable SourceValue parent, String name, int item, SourceEvent event) {
    this.parent = parent;
    this.name = name;
    this.item = item;
    this.event = event;
  }

  static SourceValue root(SourceEvent event) {
    return new SourceValue(null, "", NO_ITEM, event);
  }

  SourceValue field(String field, SourceEvent value) {
    return new SourceValue(this, field, NO_ITEM, value);
  }

  SourceValue item(int index, SourceEvent value) {
    return new SourceValue(this, "", index, value);
  }

  /** The mapping or list that has it; null for the definition itself. */
  @Nullable SourceValue parent() {
    return parent;
  }

  /** Its field, as it is written; empty for an item of a list. */
  String name() {
    return name;
  }

  /** Its index in its list; -1 for a field. */
  int item() {
    return item;
  }

  /** Its first event. */
  SourceEvent event() {
    return event;
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
