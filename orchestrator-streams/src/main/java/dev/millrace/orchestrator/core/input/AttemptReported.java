package dev.millrace.orchestrator.core.input;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An attempt is over, as a worker says.
 *
 * @param stepId name of the step
 * @param branch which branch of the step; {@link #NO_BRANCH} for one without branches
 * @param attempt which attempt
 * @param output what it returned, when it succeeded
 * @param results what became of each item of the command, when it is a batch
 * @param failure why it failed; null when it succeeded
 * @param retryAfterMs how long another attempt is to wait at least; 0 leaves it to the retry policy
 */
public record AttemptReported(
    String stepId,
    int branch,
    int attempt,
    @Nullable Payload output,
    List<ItemResult> results,
    @Nullable Failure failure,
    long retryAfterMs)
    implements AttemptInput {
  /** The branch of a step that has none. */
  public static final int NO_BRANCH = -1;

  public AttemptReported {
    results = List.copyOf(results);
    if (retryAfterMs < 0) {
      throw new IllegalArgumentException("retryAfterMs %d: negative".formatted(retryAfterMs));
    }
  }

  /** A report that leaves it to the retry policy when another attempt is due. */
  public AttemptReported(
      String stepId,
      int branch,
      int attempt,
      @Nullable Payload output,
      List<ItemResult> results,
      @Nullable Failure failure) {
    this(stepId, branch, attempt, output, results, failure, 0);
  }

  /** The report on a step without branches. */
  public AttemptReported(
      String stepId, int attempt, @Nullable Payload output, @Nullable Failure failure) {
    this(stepId, NO_BRANCH, attempt, output, List.of(), failure, 0);
  }
}
