package dev.millrace.orchestrator.definition;

/**
 * Where in a definition a value is; spelled out only when something is wrong with it.
 *
 * @param parent path of the mapping that has the field, with a dot at its end unless it is empty
 * @param item index in the field's list, or -1 for the field itself
 */
record ValuePath(String parent, Field field, int item) {
  ValuePath(String parent, Field field) {
    this(parent, field, -1);
  }

  ValuePath item(int index) {
    return new ValuePath(parent, field, index);
  }

  @Override
  public String toString() {
    return parent + field.text() + (item < 0 ? "" : "[" + item + "]");
  }
}
