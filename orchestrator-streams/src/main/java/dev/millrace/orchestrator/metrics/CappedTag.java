package dev.millrace.orchestrator.metrics;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The values of one tag: the first {@value #VALUES_MAX} that come keep their names, all others are
 * {@value #OTHER}, so that no user's names can grow the number of meters without bound.
 * Thread-safe.
 */
public final class CappedTag {
  /** Most values that keep their names. */
  public static final int VALUES_MAX = 200;

  /** All values beyond. */
  public static final String OTHER = "other";

  /** What is empty, which some systems of metrics take for a tag that is not there. */
  static final String NONE = "none";

  private final Set<String> values = ConcurrentHashMap.newKeySet();

  /** The value to be used in place of one. */
  public String of(String value) {
    if (value.isEmpty()) {
      return NONE;
    }
    return values.contains(value) || admit(value) ? value : OTHER;
  }

  private synchronized boolean admit(String value) {
    return values.contains(value) || (values.size() < VALUES_MAX && values.add(value));
  }
}
