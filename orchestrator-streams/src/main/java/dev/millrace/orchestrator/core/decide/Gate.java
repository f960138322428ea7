package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.event.StepHeld;
import org.jspecify.annotations.Nullable;

/**
 * What stands between steps that may start and the queues of their workers: says which must wait,
 * and is told how many attempts are open. Belongs to one stream task; not thread-safe.
 */
public interface Gate {
  /** Lets every step through and counts nothing. */
  Gate OPEN =
      new Gate() {
        @Override
        public StepHeld.@Nullable Reason hindrance(String queue, int priority) {
          return null;
        }

        @Override
        public void changed(String queue, int open, int held) {}
      };

  /**
   * Why a step has to wait before it is sent to a queue; null when it may go now.
   *
   * @param priority of its workflow
   */
  StepHeld.@Nullable Reason hindrance(String queue, int priority);

  /**
   * A workflow has more attempts open at a queue, or more steps held for it, than before.
   *
   * @param open how many more attempts are open; negative for fewer
   * @param held how many more steps are held; negative for fewer
   */
  void changed(String queue, int open, int held);

  /**
   * The same, where an attempt has ended with its report, its time or a failure: the first of an
   * input that is a completion is the attempt whose completion it is.
   */
  default void ended(String queue, int open, int held) {
    changed(queue, open, held);
  }
}
