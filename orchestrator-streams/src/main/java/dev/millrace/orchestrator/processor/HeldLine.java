package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.store.HeldKey;
import dev.millrace.orchestrator.store.HeldStore;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.IntSupplier;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The steps of one tenant and priority that wait for a queue, of which the first few are in memory.
 * Belongs to one stream task.
 */
final class HeldLine {
  /** Most steps in memory. */
  static final int READ_AHEAD = 128;

  /** Steps of which one has not waited longer by that are taken in the order in which they came. */
  private static final long SAME_AGE_MS = 1_000;

  private final HeldStore store;
  private final String queue;
  private final int priority;
  private final String tenant;
  private final IntSupplier readAhead;
  private final ArrayDeque<Bytes> ahead = new ArrayDeque<>(4);

  /** Where in the keys the time stands. */
  private final int sinceAt;

  /** What is up to this key is in memory, or was; null for nothing. */
  private @Nullable Bytes known;

  /** Whether the store may have steps behind that. */
  private boolean hasMore;

  private int served;

  /**
   * A line.
   *
   * @param readAhead how many steps may be in memory
   * @param hasMore whether the store may have steps of it
   */
  HeldLine(
      HeldStore store,
      String queue,
      int priority,
      String tenant,
      IntSupplier readAhead,
      boolean hasMore) {
    this.store = store;
    this.queue = queue;
    this.priority = priority;
    this.tenant = tenant;
    this.readAhead = readAhead;
    this.hasMore = hasMore;
    this.sinceAt = HeldKey.sinceAt(queue, tenant);
  }

  String tenant() {
    return tenant;
  }

  /** A step that is in the store joins the line. */
  void add(Bytes key) {
    Bytes last = known;
    boolean isBehind = last == null || key.compareTo(last) > 0;
    if (isBehind && (hasMore || ahead.size() >= readAhead.getAsInt())) {
      hasMore = true;
    } else if (isBehind) {
      ahead.addLast(key);
      known = key;
    } else if (last != null && sinceMs(last) - sinceMs(key) > SAME_AGE_MS) {
      readAgain(); // it has waited elsewhere: the store knows its place
    } else {
      ahead.addLast(key);
    }
  }

  /** From here on the line is what the store says, from its beginning. */
  void readAgain() {
    ahead.clear();
    known = null;
    hasMore = true;
  }

  private long sinceMs(Bytes key) {
    return ByteBuffer.wrap(key.get()).getLong(sinceAt);
  }

  /** The step whose turn is next; null when there is none. */
  @Nullable Bytes first() {
    if (ahead.isEmpty() && hasMore) {
      int limit = readAhead.getAsInt();
      List<Bytes> keys = store.line(queue, priority, tenant, known, limit);
      ahead.addAll(keys);
      hasMore = keys.size() == limit;
      if (!keys.isEmpty()) {
        known = keys.getLast();
      }
    }
    return ahead.peekFirst();
  }

  /** Since when the first step in memory waits; {@link Long#MAX_VALUE} for none. Reads nothing. */
  long oldestMs() {
    Bytes first = ahead.peekFirst();
    return first == null ? Long.MAX_VALUE : sinceMs(first);
  }

  /** Takes {@link #first}. */
  @Nullable Bytes take() {
    Bytes key = first();
    if (key != null) {
      ahead.removeFirst();
    }
    return key;
  }

  /** Whether nothing is left of it. */
  boolean isEmpty() {
    return ahead.isEmpty() && !hasMore;
  }

  /** The step that was served last does not count; whether its turn had ended with it. */
  boolean resumesTurn(int weight) {
    boolean wasOver = served == 0;
    served = wasOver ? Math.max(0, weight - 1) : served - 1;
    return wasOver;
  }

  /** Counts a step that it was served; whether that ends its turn. */
  boolean endsTurn(int weight) {
    served++;
    boolean isOver = served >= weight;
    if (isOver) {
      served = 0;
    }
    return isOver;
  }
}
