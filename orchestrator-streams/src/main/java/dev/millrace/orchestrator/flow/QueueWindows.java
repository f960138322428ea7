package dev.millrace.orchestrator.flow;

/**
 * How much may be under way at each queue, and of each tenant. Asked by every stream task, for each
 * queue that it knows once in a tick of its timers; thread-safe.
 */
public interface QueueWindows {
  /** Most attempts of a queue that one stream task has open at once. */
  int window(String queue);

  /** Whether no command is to go to a queue until somebody says so. */
  boolean isPaused(String queue);

  /** How many steps of a tenant go in its turn, compared with those of others; 1 or more. */
  default int weight(String tenant) {
    return 1;
  }

  /** How much of a tenant each stream task takes. */
  default TenantQuota quota(String tenant) {
    return TenantQuota.NONE;
  }

  /** The same window for each queue, of which none is paused. */
  static QueueWindows of(int window) {
    return new QueueWindows() {
      @Override
      public int window(String queue) {
        return window;
      }

      @Override
      public boolean isPaused(String queue) {
        return false;
      }
    };
  }
}
