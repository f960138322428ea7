package dev.millrace.orchestrator.core.expression;

import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;

/** What a payload must be. Thread-safe. */
@FunctionalInterface
public interface PayloadSchema {
  /** Takes any payload. */
  PayloadSchema ANY = payload -> List.of();

  /**
   * What is wrong with a payload, a sentence each that names the place; empty when it fits.
   *
   * @param payload the payload; one without content stands for none at all
   */
  List<String> violations(Payload payload);
}
