package dev.millrace.worker.batch;

import dev.millrace.schemas.Limits;
import dev.millrace.worker.StepResult;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What handlers of batches return, checked. */
final class BatchResults {
  private BatchResults() {}

  /** The results, or as many failures when they are not one for each item. */
  static List<StepResult> fitting(
      @Nullable List<? extends @Nullable StepResult> results, int items) {
    if (results == null || results.size() != items) {
      return misfits(
          items,
          "the handler of the batch returned %s for %d items; return one for each, in their order"
              .formatted(results == null ? "null" : results.size() + " results", items));
    }
    for (int i = 0; i < items; i++) {
      StepResult result = results.get(i);
      if (result == null || result instanceof StepResult.Batch) {
        return misfits(
            items,
            "the handler of the batch returned %s as result %d of %d; return what has become of the item"
                .formatted(result == null ? "null" : "a batch", i, items));
      }
    }
    return List.copyOf(results);
  }

  private static List<StepResult> misfits(int items, String message) {
    return Collections.nCopies(
        items, StepResult.failedForGood(BatchStep.RESULTS_DO_NOT_FIT, message));
  }

  /** As a worker names the failure of a handler that throws. */
  static String failureType(Exception thrown) {
    String simple = thrown.getClass().getSimpleName();
    String type = simple.isEmpty() ? thrown.getClass().getName() : simple;
    return type.substring(0, Math.min(type.length(), Limits.NAME_CHARS));
  }
}
