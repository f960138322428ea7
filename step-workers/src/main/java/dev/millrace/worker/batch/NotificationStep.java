package dev.millrace.worker.batch;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * A step that notifies people, or others that would rather have few messages: notifications of one
 * recipient that come within a window are one message. An urgent one goes out at once and takes
 * along what waits for its recipient. Tenants never share a message.
 *
 * <p>The output of the step is {@code {"recipient": ..., "notifications": n}}, with how many were
 * in the message. A command waits in its slot, so that a worker gathers no more notifications than
 * it has slots. Those of one recipient meet only in one worker. Thread-safe.
 *
 * @param <T> what a notification is read as
 */
public final class NotificationStep<T> implements StepHandler {
  /** Type of the failure of a command that is a batch of items already; not retryable. */
  public static final String BATCH_OF_ITEMS = "worker.notifications-in-a-batch";

  /** Most notifications of a message, unless set otherwise. */
  public static final int DEFAULT_SIZE = 100;

  private final Class<T> inputType;
  private final Function<T, String> recipient;
  private final Messenger<T> messenger;
  private final int urgentPriority;
  private final Gatherer<T> gatherer;

  private NotificationStep(Builder<T> settings) {
    this.inputType = settings.inputType;
    this.recipient = settings.recipient;
    this.messenger = settings.messenger;
    this.urgentPriority = settings.urgentPriority;
    int size = settings.size;
    this.gatherer =
        new Gatherer<>(
            () -> size,
            BatchStep.DEFAULT_BYTES,
            settings.window.toNanos(),
            settings.timer,
            this::send);
  }

  /**
   * What a step is made with.
   *
   * @param inputType what a notification is read as, as {@link StepContext} says
   * @param recipient whom it is for: the same text for the same recipient
   */
  public static <T> Builder<T> builder(
      Class<T> inputType, Function<T, String> recipient, Messenger<T> messenger) {
    return new Builder<>(inputType, recipient, messenger);
  }

  @Override
  public StepResult handle(StepContext context) throws Exception {
    if (context.hasItems()) {
      return StepResult.failedForGood(
          BATCH_OF_ITEMS,
          "step '%s' has a batchSize, and notifications are gathered one by one; leave it out"
              .formatted(context.step()));
    }
    T input = context.input(inputType);
    String to = Objects.requireNonNull(recipient.apply(input), "recipient");
    long bytes = context.input().map(payload -> payload.data().length).orElse(0);
    boolean isUrgent = context.priority() >= urgentPriority;
    String tenant = context.tenant();
    String key = "%d:%s%s".formatted(tenant.length(), tenant, to);
    return gatherer.join(
        key, new BatchItem<>(context.commandId(), input, context), bytes, isUrgent);
  }

  int waiting() {
    return gatherer.waiting();
  }

  private List<StepResult> send(List<BatchItem<T>> notifications) throws Exception {
    String to = recipient.apply(notifications.getFirst().input());
    List<BatchItem<T>> sorted =
        notifications.stream()
            .sorted(
                Comparator.comparingInt((BatchItem<T> item) -> item.context().priority())
                    .reversed())
            .toList();
    messenger.send(to, sorted);
    StepResult sent =
        StepResult.succeeded(Map.of("recipient", to, "notifications", notifications.size()));
    return notifications.stream().map(item -> sent).toList();
  }

  /**
   * Collects what a step is made with. Not thread-safe.
   *
   * @param <T> what a notification is read as
   */
  public static final class Builder<T> {
    private final Class<T> inputType;
    private final Function<T, String> recipient;
    private final Messenger<T> messenger;
    private int size = DEFAULT_SIZE;
    private Duration window = Duration.ofSeconds(10);
    private int urgentPriority = Integer.MAX_VALUE;
    private BatchTimer timer = BatchTimer.system();

    private Builder(Class<T> inputType, Function<T, String> recipient, Messenger<T> messenger) {
      this.inputType = Objects.requireNonNull(inputType, "inputType");
      this.recipient = Objects.requireNonNull(recipient, "recipient");
      this.messenger = Objects.requireNonNull(messenger, "messenger");
    }

    /**
     * How long the first notification of a message waits for others; 10 seconds unless set, at most
     * {@link BatchStep#MAX_WAIT}. Keep it below the worker's drain timeout and the step's timeouts.
     */
    public Builder<T> window(Duration longestWait) {
      this.window = BatchStep.checkedWait(longestWait);
      return this;
    }

    /**
     * Sends a message as soon as it has so many notifications; {@link #DEFAULT_SIZE} unless set.
     */
    public Builder<T> size(int notifications) {
      if (notifications < 1 || notifications > BatchStep.MAX_SIZE) {
        throw new IllegalArgumentException(
            "notifications of a message %d: must be 1 to %d"
                .formatted(notifications, BatchStep.MAX_SIZE));
      }
      this.size = notifications;
      return this;
    }

    /** Sends notifications of workflows of this priority and above at once; none unless set. */
    public Builder<T> urgentPriority(int priority) {
      this.urgentPriority = priority;
      return this;
    }

    Builder<T> timer(BatchTimer time) {
      this.timer = time;
      return this;
    }

    /** The step, for {@link dev.millrace.worker.WorkerBuilder#handler}. */
    public NotificationStep<T> build() {
      return new NotificationStep<>(this);
    }
  }
}
