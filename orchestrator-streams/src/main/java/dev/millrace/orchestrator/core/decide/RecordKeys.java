package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.state.Failure;
import java.nio.charset.StandardCharsets;

/** Keys of records that expressions give: ids of child workflows, and affinities of steps. */
final class RecordKeys {
  /** Longest key, in bytes of UTF-8. */
  static final int BYTES = 256;

  private RecordKeys() {}

  /** Whether a text has 1 to {@link #BYTES} bytes, none of them a control character. */
  static boolean isKey(String text) {
    int bytes = bytes(text);
    return bytes > 0 && bytes <= BYTES && text.chars().noneMatch(c -> c < ' ' || c == 0x7f);
  }

  /** Why the commands of a step cannot have a text as their key. */
  static Failure badAffinity(String text) {
    return new Failure(
        Failure.AFFINITY,
        "the affinity of the step has %d bytes, or control characters; give it 1 to %d bytes"
            .formatted(bytes(text), BYTES),
        false);
  }

  /** Why a child workflow cannot have a text as its id. */
  static Failure badChildId(String text) {
    return new Failure(
        Failure.CHILD_ID,
        "the id of the child has %d bytes, or control characters; give it 1 to %d bytes"
            .formatted(bytes(text), BYTES),
        false);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
