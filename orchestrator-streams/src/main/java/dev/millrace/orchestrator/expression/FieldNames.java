package dev.millrace.orchestrator.expression;

import java.util.HashSet;
import java.util.Set;

/**
 * The fields of an object at which an expression looks.
 *
 * @param all whether it looks at the object as a whole
 * @param names the fields, if not
 */
record FieldNames(boolean all, Set<String> names) {
  static final FieldNames ALL = new FieldNames(true, Set.of());

  FieldNames {
    names = Set.copyOf(names);
  }

  boolean contains(String name) {
    return all || names.contains(name);
  }

  FieldNames and(FieldNames others) {
    if (all || others.all) {
      return ALL;
    }
    Set<String> both = new HashSet<>(names);
    both.addAll(others.names);
    return new FieldNames(false, both);
  }

  /** Whether whoever has read these has read the others too. */
  boolean covers(FieldNames others) {
    return all || (!others.all && names.containsAll(others.names));
  }
}
