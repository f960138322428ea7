package dev.millrace.orchestrator.flow;

import java.util.Map;
import java.util.TreeMap;

/**
 * What an engine may send of its share of a limit, one permit for each command. Of its stream tasks
 * those that wait are served in turn, the one that has the least before the others; one that does
 * not wait gets what is left at once. Thread-safe; never blocks for longer than a few comparisons.
 */
public abstract sealed class Permits permits OpenPermits, RatePermits {
  /** A task that has not looked for so long does not keep permits from the others. */
  static final long ABSENT_MS = 2_000;

  /** Tasks may differ in time by less; if the time goes back by more, the clock was set. */
  static final long CLOCK_SET_MS = 5_000;

  private final Map<Integer, Seat> seats = new TreeMap<>();

  /** What is known of one task. */
  static final class Seat {
    /** Permits that are its own and were not used yet. */
    int inHand;

    /** Its attempts that are open. */
    int open;

    /** How many permits it was ever given, and what it did not wait for. */
    long given;

    private boolean waits;

    /** Whether it has asked for a permit since it looked last. */
    private boolean hasAsked;

    private long seenMs;

    private void giveBack() {
      waits = false;
      inHand = 0;
    }
  }

  /**
   * Whether a task may send a command; if so the permit is in its hand until {@link #sent}, {@link
   * #giveBack} or until it does not wait any more.
   */
  public final synchronized boolean take(int task, long nowMs) {
    Seat seat = seat(task);
    seat.seenMs = later(seat.seenMs, nowMs);
    seat.hasAsked = true;
    if (seat.inHand == 0) {
      wait(seat);
      deal(seat, nowMs);
    }
    return seat.inHand > 0;
  }

  /** A task has sent a command. */
  public final synchronized void sent(int task) {
    Seat seat = seat(task);
    seat.inHand = Math.max(0, seat.inHand - 1);
    spend();
  }

  /**
   * Something else keeps a task from sending: it waits no more, and what is in its hand is free.
   */
  public final synchronized void giveBack(int task) {
    seat(task).giveBack();
  }

  /** So many attempts of a task are open. */
  public final synchronized void open(int task, int attempts) {
    seat(task).open = attempts;
  }

  /**
   * A task says from time to time whether it waits. If it does not, or has not asked since it said
   * so before, what is in its hand goes back.
   */
  public final synchronized void look(int task, boolean waits, long nowMs) {
    Seat seat = seat(task);
    seat.seenMs = later(seat.seenMs, nowMs);
    if (!waits || !seat.hasAsked) {
      seat.giveBack();
    }
    seat.hasAsked = false;
  }

  /** A task is not here any more. */
  final synchronized void leave(int task) {
    seats.remove(task);
  }

  /** Permits that nobody has in hand, at a time. */
  abstract int free(Iterable<Seat> seats, long nowMs);

  /** A permit is used. */
  abstract void spend();

  /** By which the tasks that wait are served: the least first. */
  abstract long load(Seat seat);

  /**
   * The later of two times: each task has a time of its own, so that one may be told an earlier
   * time after a later one.
   */
  static long later(long formerMs, long nowMs) {
    return nowMs > formerMs || formerMs - nowMs > CLOCK_SET_MS ? nowMs : formerMs;
  }

  private Seat seat(int task) {
    return seats.computeIfAbsent(task, number -> new Seat());
  }

  /** Who comes later has no claim on what others were given before. */
  private void wait(Seat seat) {
    if (!seat.waits) {
      long least = Long.MAX_VALUE;
      for (Seat other : seats.values()) {
        least = other.waits ? Math.min(least, other.given) : least;
      }
      seat.given = least == Long.MAX_VALUE ? seat.given : Math.max(seat.given, least);
      seat.waits = true;
    }
  }

  /** Gives out permits until a task has one, or nothing is left. */
  private void deal(Seat to, long nowMs) {
    for (Seat seat : seats.values()) {
      if (nowMs - seat.seenMs > ABSENT_MS) {
        seat.giveBack();
      }
    }
    for (int free = free(seats.values(), nowMs); free > 0 && to.inHand == 0; free--) {
      Seat next = next(to);
      next.inHand++;
      next.given++;
    }
  }

  private Seat next(Seat asking) {
    Seat next = asking;
    for (Seat seat : seats.values()) {
      if (seat.waits && isBefore(seat, next)) {
        next = seat;
      }
    }
    return next;
  }

  /** Of two that have as little, the one that was given less comes first. */
  private boolean isBefore(Seat one, Seat other) {
    long less = load(one) - load(other);
    return less < 0 || (less == 0 && one.given < other.given);
  }
}
