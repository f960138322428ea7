package dev.millrace.orchestrator.flow;

import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueSettings.Rate;
import dev.millrace.schemas.QueueTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What operators have set for queues, and this engine's share of the limits: that of the partitions
 * that its stream tasks have, of all. The tasks of one engine share it by what waits in each. The
 * thread that reads the settings changes them, stream threads ask; thread-safe, never blocks for
 * longer than a look-up.
 */
public final class QueueLimits {
  /** Most queues and step types with settings; more are refused. */
  public static final int TARGETS_MAX = 10_000;

  private final Map<QueueTarget, QueueSettings> settings = new ConcurrentHashMap<>();
  private final Map<QueueTarget, RatePermits> rates = new HashMap<>();
  private final Map<QueueTarget, OpenPermits> opens = new HashMap<>();
  private final TreeSet<Integer> partitions = new TreeSet<>();
  private int allPartitions = 1;

  /** Grows with each change, so that who asks often can tell that there was none. */
  private volatile int version;

  /** How many partitions there are in all engines together; 1 before it is said. */
  public synchronized void setPartitions(int count) {
    allPartitions = count;
    share();
  }

  /** A stream task of this engine has a partition. */
  public synchronized void join(int partition) {
    partitions.add(partition);
    share();
  }

  /** It has it no more. */
  public synchronized void leave(int partition) {
    partitions.remove(partition);
    rates.values().forEach(permits -> permits.leave(partition));
    opens.values().forEach(permits -> permits.leave(partition));
    share();
  }

  /**
   * Something is set; what was set before is forgotten.
   *
   * @return false when there are {@link #TARGETS_MAX} others
   */
  public synchronized boolean set(QueueTarget target, QueueSettings wanted) {
    if (wanted.equals(QueueSettings.NONE)) {
      settings.remove(target);
    } else if (settings.size() >= TARGETS_MAX && !settings.containsKey(target)) {
      return false;
    } else {
      settings.put(target, wanted);
    }
    share(target);
    version++;
    return true;
  }

  /** What is set; {@link QueueSettings#NONE} where nothing is. */
  public QueueSettings settings(QueueTarget target) {
    return settings.getOrDefault(target, QueueSettings.NONE);
  }

  /** What is set for step types of a queue, by their names. */
  public Map<String, QueueSettings> ofStepTypes(String queue) {
    Map<String, QueueSettings> types = new TreeMap<>();
    settings.forEach(
        (target, each) -> {
          if (!target.isWhole() && target.queue().equals(queue)) {
            types.put(target.stepType(), each);
          }
        });
    return types;
  }

  /** Another number than before says that something was set since. */
  public int version() {
    return version;
  }

  /** What may be sent a second of this engine's share; null when there is no limit. */
  public synchronized @Nullable Permits rate(QueueTarget target) {
    return rates.get(target);
  }

  /** What may be open of this engine's share; null when there is no limit. */
  public synchronized @Nullable Permits open(QueueTarget target) {
    return opens.get(target);
  }

  private void share() {
    List<QueueTarget> targets = new ArrayList<>(settings.keySet());
    targets.forEach(this::share);
  }

  private void share(QueueTarget target) {
    QueueSettings wanted = settings(target);
    shareRate(target, wanted.rate());
    shareOpen(target, wanted.mostOpen());
  }

  private void shareRate(QueueTarget target, @Nullable Rate rate) {
    if (rate == null) {
      rates.remove(target);
      return;
    }
    double part = Math.min(1, Math.max(1, partitions.size()) / (double) allPartitions);
    double perSecond = rate.perSecond() * part;
    double burst = Math.max(1, rate.burst() * part);
    RatePermits permits = rates.get(target);
    if (permits == null) {
      rates.put(target, new RatePermits(perSecond, burst));
    } else {
      permits.change(perSecond, burst);
    }
  }

  /** Each partition has a whole number of all; an engine has one at least, or would stand still. */
  private void shareOpen(QueueTarget target, int mostOpen) {
    if (mostOpen == QueueSettings.NO_LIMIT) {
      opens.remove(target);
      return;
    }
    int most = 0;
    for (int partition : partitions) {
      most += ofPartition(mostOpen, partition);
    }
    OpenPermits permits = opens.get(target);
    if (permits == null) {
      opens.put(target, new OpenPermits(Math.max(1, most)));
    } else {
      permits.change(Math.max(1, most));
    }
  }

  private int ofPartition(long whole, int partition) {
    return (int) (whole * (partition + 1L) / allPartitions - whole * partition / allPartitions);
  }
}
