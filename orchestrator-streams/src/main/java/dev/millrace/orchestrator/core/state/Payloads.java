package dev.millrace.orchestrator.core.state;

import org.jspecify.annotations.Nullable;

/** The payloads that are kept of one workflow, wherever they lie. Not thread-safe. */
public interface Payloads {
  /** The workflow's input. */
  @Nullable Payload input();

  /** What the workflow will have returned, once that is known. */
  @Nullable Payload result();

  /** What a step returned; null when nothing, or nothing that is kept. */
  @Nullable Payload output(int step);

  /**
   * The results of the branches of a step as a JSON array, in the order of the items and with null
   * for those that failed; null when that is larger than an output may be.
   */
  @Nullable Payload results(String step, Branches branches);

  /** What a signal that is kept brought; null when nothing. */
  @Nullable Payload signal(int signal);

  /** How far the attempts of a step have come, as far as a worker has said; null when none has. */
  @Nullable Payload progress(int step);
}
