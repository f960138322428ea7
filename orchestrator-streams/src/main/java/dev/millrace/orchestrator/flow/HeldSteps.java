package dev.millrace.orchestrator.flow;

/**
 * The ready steps that this engine holds back from the topics of their queues. Thread-safe; never
 * blocks.
 */
public interface HeldSteps {
  /** Nothing is held back. */
  HeldSteps NONE =
      new HeldSteps() {
        @Override
        public long held(String queue) {
          return 0;
        }

        @Override
        public long oldestSinceMs(String queue) {
          return 0;
        }
      };

  /** How many steps of a queue are held. */
  long held(String queue);

  /** Since when the oldest of them is held, in epoch milliseconds; 0 when none is. */
  long oldestSinceMs(String queue);
}
