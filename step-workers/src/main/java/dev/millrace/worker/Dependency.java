package dev.millrace.worker;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A step that the running one depends on.
 *
 * @param step its id
 * @param output what it returned; null if nothing
 */
public record Dependency(String step, @Nullable Payload output) {
  public Dependency {
    Objects.requireNonNull(step, "step");
  }
}
