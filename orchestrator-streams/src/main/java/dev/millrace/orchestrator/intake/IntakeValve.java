package dev.millrace.orchestrator.intake;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether an engine takes new workflows now. Closed while any of its figures is beyond its mark; a
 * figure that is not known changes nothing. Thread-safe; asking costs the reading of the figures.
 */
public final class IntakeValve {
  /** What a figure is while it is not known. */
  public static final long UNKNOWN = -1;

  /** Of a volume, in which its free part is told. */
  static final int THOUSANDTHS = 1_000;

  private static final int PER_PERCENT = 10;

  private static final Logger LOG = LoggerFactory.getLogger(IntakeValve.class);

  private final List<Figure> figures = new ArrayList<>();
  private final InstantSource clock;

  /**
   * A valve.
   *
   * @param openWorkflows how many are open
   * @param stateBytes size of the state on disk; {@link #UNKNOWN} while it is not known
   * @param diskFree free part of its volume, in thousandths; {@link #UNKNOWN} likewise
   * @param restoreRecords how many records are still to be restored
   */
  public IntakeValve(
      IntakeSettings settings,
      LongSupplier openWorkflows,
      LongSupplier stateBytes,
      LongSupplier diskFree,
      LongSupplier restoreRecords,
      InstantSource clock) {
    this.clock = clock;
    int percent = settings.resumePercent();
    ceiling(IntakeReason.OPEN_WORKFLOWS, settings.openWorkflows(), percent, openWorkflows);
    ceiling(IntakeReason.STATE_SIZE, settings.stateBytes(), percent, stateBytes);
    ceiling(IntakeReason.RESTORE, settings.restoreRecords(), percent, restoreRecords);
    if (settings.diskFreePercent() > 0) {
      long limit = (long) settings.diskFreePercent() * PER_PERCENT;
      figures.add(new Figure(IntakeReason.DISK_FREE, Watermarks.floor(limit, percent), diskFree));
    }
  }

  private void ceiling(IntakeReason reason, long limit, int percent, LongSupplier value) {
    if (limit > 0) {
      figures.add(new Figure(reason, Watermarks.ceiling(limit, percent), value));
    }
  }

  /** Looks at the figures; whether starts are to wait. */
  public boolean isClosed() {
    boolean isClosed = false;
    for (Figure figure : figures) {
      isClosed |= figure.look();
    }
    return isClosed;
  }

  /** Whether starts wait, as of the last look. */
  public boolean wasClosed() {
    for (Figure figure : figures) {
      if (figure.isClosed) {
        return true;
      }
    }
    return false;
  }

  /** Whether starts wait for this reason, as of the last look. */
  public boolean isClosedFor(IntakeReason reason) {
    return figures.stream().anyMatch(each -> each.reason == reason && each.isClosed);
  }

  /** Why starts wait, as of the last look; empty when they are taken. */
  public List<Closure> closures() {
    return figures.stream().filter(each -> each.isClosed).map(Figure::closure).toList();
  }

  /** One figure and what is known of it. */
  private final class Figure {
    private final IntakeReason reason;
    private final Watermarks marks;
    private final LongSupplier value;
    private volatile boolean isClosed;
    private volatile long sinceMs;

    Figure(IntakeReason reason, Watermarks marks, LongSupplier value) {
      this.reason = reason;
      this.marks = marks;
      this.value = value;
    }

    boolean look() {
      long now = value.getAsLong();
      if (now == UNKNOWN) {
        return isClosed;
      }
      return marks.isClosed(isClosed, now) == isClosed ? isClosed : turn(now);
    }

    private synchronized boolean turn(long now) {
      boolean isClosedNow = marks.isClosed(isClosed, now);
      if (isClosedNow && !isClosed) {
        sinceMs = clock.millis();
        LOG.warn(
            "starts wait in Kafka for {}: {}, the limit is {}; they are taken again at {}",
            reason.code(),
            now,
            marks.limit(),
            marks.resumesAt());
      } else if (isClosed && !isClosedNow) {
        LOG.info(
            "starts wait no more for {}: {} after {} s",
            reason.code(),
            now,
            (clock.millis() - sinceMs) / THOUSANDTHS);
      }
      isClosed = isClosedNow;
      return isClosedNow;
    }

    Closure closure() {
      return new Closure(reason, value.getAsLong(), marks.limit(), marks.resumesAt(), sinceMs);
    }
  }
}
