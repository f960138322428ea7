package dev.millrace.worker.batch;

import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * A step whose commands are handled many at once: those that run at the same time are gathered
 * until there are enough of them, and each gets its own result. A batch that the engine has made of
 * the items of a {@code forEach} step is handed on in pieces of the same size.
 *
 * <p>A command waits for its batch in its slot, so give the worker at least twice as many slots as
 * a batch has items: while one batch runs, the next one gathers. Thread-safe.
 *
 * @param <T> what an input is read as
 */
public final class BatchStep<T> implements StepHandler {
  /**
   * Type of the failure of all items of a batch whose handler did not return one result for each;
   * not retryable.
   */
  public static final String RESULTS_DO_NOT_FIT = "worker.batch-results-do-not-fit";

  /** Most items of a batch. */
  public static final int MAX_SIZE = 10_000;

  /** Longest time that a command may wait for its batch to run. */
  public static final Duration MAX_WAIT = Duration.ofMinutes(10);

  /** Most bytes of inputs of a batch, unless set otherwise. */
  public static final long DEFAULT_BYTES = 4 * 1024 * 1024;

  private static final String ALL = "";

  private final Class<T> inputType;
  private final BatchHandler<T> handler;
  private final BatchSize size;
  private final long mostBytes;
  private final int urgentPriority;
  private final BatchTimer timer;
  private final Gatherer<T> gatherer;

  private BatchStep(Builder<T> settings) {
    this.inputType = settings.inputType;
    this.handler = settings.handler;
    this.size = new BatchSize(settings.leastItems, settings.mostItems, settings.target);
    this.mostBytes = settings.mostBytes;
    this.urgentPriority = settings.urgentPriority;
    this.timer = settings.timer;
    this.gatherer =
        new Gatherer<>(
            size::current, mostBytes, settings.longestWait.toNanos(), timer, this::results);
  }

  /**
   * What a step is made with.
   *
   * @param inputType what inputs and items are read as, as {@link StepContext} says
   */
  public static <T> Builder<T> builder(Class<T> inputType, BatchHandler<T> handler) {
    return new Builder<>(inputType, handler);
  }

  @Override
  public StepResult handle(StepContext context) throws Exception {
    if (context.hasItems()) {
      return pieces(context);
    }
    BatchItem<T> item = new BatchItem<>(context.commandId(), context.input(inputType), context);
    if (context.priority() >= urgentPriority) {
      return BatchResults.fitting(handler.handle(List.of(item)), 1).getFirst();
    }
    long bytes = context.input().map(input -> input.data().length).orElse(0);
    return gatherer.join(ALL, item, bytes, false);
  }

  /** How many items a batch should have at present. */
  public int size() {
    return size.current();
  }

  /**
   * The last 50 calls of the handler that returned, oldest first; those of urgent commands are left
   * out.
   */
  public List<BatchRun> recentRuns() {
    return size.runs();
  }

  int waiting() {
    return gatherer.waiting();
  }

  /** The items of one command, piece by piece; what one piece throws fails its items only. */
  private StepResult pieces(StepContext context) throws Exception {
    List<Payload> payloads = context.items();
    List<T> inputs = context.items(inputType);
    List<StepResult> results = new ArrayList<>(inputs.size());
    while (results.size() < inputs.size()) {
      if (context.isCancelled()) {
        throw new InterruptedException("the attempt was cancelled");
      }
      List<BatchItem<T>> piece = new ArrayList<>();
      long bytes = 0;
      for (int i = results.size(); i < inputs.size() && piece.size() < size.current(); i++) {
        bytes += payloads.get(i).data().length;
        if (bytes > mostBytes && !piece.isEmpty()) {
          break;
        }
        piece.add(new BatchItem<>(context.commandId() + '/' + i, inputs.get(i), context));
      }
      results.addAll(ofPiece(piece));
    }
    return StepResult.batch(results);
  }

  private List<StepResult> ofPiece(List<BatchItem<T>> piece) throws InterruptedException {
    try {
      return results(piece);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      piece
          .getFirst()
          .context()
          .logger()
          .warn("a piece of {} items has failed as a whole", piece.size(), e);
      StepResult failed =
          StepResult.failed(BatchResults.failureType(e), Objects.toString(e.getMessage(), ""));
      return Collections.nCopies(piece.size(), failed);
    }
  }

  /**
   * One result for each item, and how long that took. What throws says nothing of how long items
   * take: where nothing is done much would be done in no time.
   */
  private List<StepResult> results(List<BatchItem<T>> items) throws Exception {
    long startedNanos = timer.nanos();
    List<StepResult> results = BatchResults.fitting(handler.handle(items), items.size());
    size.ran(items.size(), timer.nanos() - startedNanos);
    return results;
  }

  /**
   * Collects what a step is made with. Not thread-safe.
   *
   * @param <T> what an input is read as
   */
  public static final class Builder<T> {
    private final Class<T> inputType;
    private final BatchHandler<T> handler;
    private int leastItems = 100;
    private int mostItems = 100;
    private Duration target = Duration.ZERO;
    private long mostBytes = DEFAULT_BYTES;
    private Duration longestWait = Duration.ofMillis(20);
    private int urgentPriority = Integer.MAX_VALUE;
    private BatchTimer timer = BatchTimer.system();

    private Builder(Class<T> inputType, BatchHandler<T> handler) {
      this.inputType = Objects.requireNonNull(inputType, "inputType");
      this.handler = Objects.requireNonNull(handler, "handler");
    }

    /** Runs a batch as soon as it has so many items; 100 unless set, at most {@link #MAX_SIZE}. */
    public Builder<T> size(int items) {
      return adaptiveSize(items, items, Duration.ofNanos(1));
    }

    /**
     * Runs a batch as soon as it has as many items as are handled in the target duration: that
     * divided by the mean time of an item in the last 10 runs that returned. The first batches are
     * the smallest.
     *
     * @param least items, 1 or more
     * @param most items, at most {@link #MAX_SIZE}
     */
    public Builder<T> adaptiveSize(int least, int most, Duration targetDuration) {
      if (least < 1 || most < least || most > MAX_SIZE) {
        throw new IllegalArgumentException(
            "batch size from %d to %d: must be 1 to %d".formatted(least, most, MAX_SIZE));
      }
      if (targetDuration.isNegative() || targetDuration.isZero()) {
        throw new IllegalArgumentException(
            "target duration %s: must be above zero".formatted(targetDuration));
      }
      this.leastItems = least;
      this.mostItems = most;
      this.target = targetDuration;
      return this;
    }

    /**
     * Runs a batch as soon as its inputs have so many bytes, and before an input that would make
     * them more; {@link #DEFAULT_BYTES} unless set.
     */
    public Builder<T> mostBytes(long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("most bytes %d: must be 1 or more".formatted(bytes));
      }
      this.mostBytes = bytes;
      return this;
    }

    /**
     * Runs a batch so long after its first item came at the latest; 20 ms unless set, at most
     * {@link #MAX_WAIT}. More than the worker's drain timeout would make a rebalance run what waits
     * again.
     */
    public Builder<T> longestWait(Duration wait) {
      this.longestWait = checkedWait(wait);
      return this;
    }

    /** Handles commands of this priority and above at once and alone; none unless set. */
    public Builder<T> urgentPriority(int priority) {
      this.urgentPriority = priority;
      return this;
    }

    Builder<T> timer(BatchTimer time) {
      this.timer = time;
      return this;
    }

    /** The step, for {@link dev.millrace.worker.WorkerBuilder#handler}. */
    public BatchStep<T> build() {
      return new BatchStep<>(this);
    }
  }

  static Duration checkedWait(Duration wait) {
    if (wait.isNegative() || wait.compareTo(MAX_WAIT) > 0) {
      throw new IllegalArgumentException(
          "longest wait %s: must be 0 to %s".formatted(wait, MAX_WAIT));
    }
    return wait;
  }
}
