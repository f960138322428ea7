package dev.millrace.orchestrator.core.state;

import org.jspecify.annotations.Nullable;

/** Results of steps that are kept beyond their workflows. Not thread-safe. */
@FunctionalInterface
public interface Results {
  /** Largest output that is kept, in bytes. */
  int OUTPUT_BYTES = 64 * 1024;

  /** Where none is kept. */
  Results NONE = key -> null;

  /** The result that is kept under a key; null for none, or none any more. */
  @Nullable Kept find(String key);

  /**
   * A result that is kept.
   *
   * @param output what the step returned
   */
  record Kept(@Nullable Payload output) {}
}
