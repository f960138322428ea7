package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.store.HeldKey;
import dev.millrace.orchestrator.store.HeldStore;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The steps of one priority that wait for a queue. Tenants take turns, and each is served as many
 * steps in its turn as it has weight: deficit round robin, in which every step costs one. After a
 * start tenants are looked up in the store one by one, as turns are taken. Belongs to one stream
 * task.
 */
final class HeldLevel {
  /** Steps in memory, about: as long as tenants are few enough to have their least each. */
  private static final int IN_MEMORY = 8_192;

  /** What each tenant may have in memory at least. */
  private static final int READ_AHEAD_MIN = 4;

  private final HeldStore store;
  private final ToIntFunction<String> weights;
  private final String queue;
  private final int priority;
  private final Map<String, HeldLine> lines = new HashMap<>();
  private final ArrayDeque<HeldLine> turns = new ArrayDeque<>();

  /** The last tenant that was looked up. */
  private @Nullable String lookedUp;

  private boolean mayHaveOthers;

  /**
   * A priority.
   *
   * @param weights of the tenants
   * @param mayHaveAny whether the store may have steps of it
   */
  HeldLevel(
      HeldStore store,
      ToIntFunction<String> weights,
      String queue,
      int priority,
      boolean mayHaveAny) {
    this.store = store;
    this.weights = weights;
    this.queue = queue;
    this.priority = priority;
    this.mayHaveOthers = mayHaveAny;
  }

  /** A step that is in the store joins the line of its tenant. */
  void add(String tenant, Bytes key) {
    HeldLine line = lines.get(tenant);
    if (line == null) {
      line = open(tenant, mayHaveOthers);
      turns.addLast(line);
    }
    line.add(key);
  }

  private HeldLine open(String tenant, boolean hasMore) {
    HeldLine line = new HeldLine(store, queue, priority, tenant, this::readAhead, hasMore);
    lines.put(tenant, line);
    return line;
  }

  private void lookUp() {
    lookedUp = store.firstTenant(queue, priority, lookedUp);
    if (lookedUp == null) {
      mayHaveOthers = false;
    } else if (!lines.containsKey(lookedUp)) {
      turns.addFirst(open(lookedUp, true)); // the others have had their turns
    }
  }

  /** Whether steps of it may wait; false is certain. */
  boolean mayHaveAny() {
    return mayHaveOthers || !turns.isEmpty();
  }

  /** Takes the step whose turn it is; null when none waits. */
  @Nullable Bytes take() {
    if (mayHaveOthers) {
      lookUp();
    }
    while (mayHaveAny()) {
      HeldLine line = turns.peekFirst();
      Bytes key = line == null ? null : line.take();
      if (line == null) {
        lookUp();
      } else if (key == null) {
        close(line);
      } else {
        if (line.isEmpty()) {
          close(line);
        } else if (line.endsTurn(weights.applyAsInt(line.tenant()))) {
          turns.addLast(turns.removeFirst());
        }
        return key;
      }
    }
    return null;
  }

  /** The step of a tenant that was taken last was an orphan: its turn is still to come. */
  void giveBack(String tenant) {
    HeldLine line = lines.get(tenant);
    if (line != null && line.resumesTurn(weights.applyAsInt(tenant))) {
      turns.removeLastOccurrence(line);
      turns.addFirst(line);
    }
  }

  /** Steps that were taken are in the store all the same, and are found there again. */
  void readAgain() {
    lines.values().forEach(HeldLine::readAgain);
    lookedUp = null;
    mayHaveOthers = true;
  }

  private void close(HeldLine line) {
    turns.removeFirst();
    lines.remove(line.tenant());
  }

  /**
   * Since when the step waits that has waited longest, of those that are first of their tenants and
   * in memory; when none is, of the first tenant in the store. {@link Long#MAX_VALUE} for none.
   *
   * @param tenants of how many at most
   */
  long oldestMs(int tenants) {
    long oldestMs =
        turns.stream().limit(tenants).mapToLong(HeldLine::oldestMs).min().orElse(Long.MAX_VALUE);
    HeldKey first =
        oldestMs == Long.MAX_VALUE && mayHaveAny() ? store.first(queue, priority) : null;
    return first == null ? oldestMs : first.sinceMs();
  }

  /** How many steps a tenant has in memory at most: fewer, the more tenants there are. */
  private int readAhead() {
    return Math.clamp(IN_MEMORY / Math.max(1, lines.size()), READ_AHEAD_MIN, HeldLine.READ_AHEAD);
  }
}
