package dev.millrace.worker.batch;

import dev.millrace.worker.StepResult;
import java.util.List;

/**
 * What a {@link BatchStep} calls with each batch. Called by many threads at once, each time with
 * other items.
 *
 * @param <T> what an input is read as
 */
@FunctionalInterface
public interface BatchHandler<T> {
  /**
   * Does what is to do with all of them.
   *
   * @param items at least one
   * @return one result for each item, in their order; none of them a batch. Another number fails
   *     all of them with {@link BatchStep#RESULTS_DO_NOT_FIT}
   * @throws Exception fails all of them, as {@link dev.millrace.worker.StepHandler#handle} says
   */
  List<StepResult> handle(List<BatchItem<T>> items) throws Exception;
}
