package dev.millrace.orchestrator.flow;

import java.util.concurrent.TimeUnit;

/**
 * Permits that come at a rate, and of which a burst is kept at most: a token bucket. In any time
 * <em>t</em> no more than <em>burst + rate t</em> are given. Full at first. Thread-safe.
 */
final class RatePermits extends Permits {
  /** What sums of small parts may be short of the whole. */
  private static final double ROUNDING = 1e-6;

  private double perMs;
  private double burst;

  /** Those that are there, in hands or not. */
  private double stock;

  private long filledMs = Long.MAX_VALUE; // full, whenever it is asked first

  RatePermits(double perSecond, double burst) {
    this.perMs = perSecond / TimeUnit.SECONDS.toMillis(1);
    this.burst = burst;
    this.stock = burst;
  }

  /** Goes on at another rate; what is there stays, up to the burst. */
  synchronized void change(double perSecond, double newBurst) {
    perMs = perSecond / TimeUnit.SECONDS.toMillis(1);
    burst = newBurst;
    stock = Math.min(stock, newBurst);
  }

  @Override
  int free(Iterable<Seat> seats, long nowMs) {
    stock = Math.min(burst, stock + Math.max(0, nowMs - filledMs) * perMs);
    filledMs = later(filledMs, nowMs);
    int inHands = 0;
    for (Seat seat : seats) {
      inHands += seat.inHand;
    }
    return (int) (stock + ROUNDING) - inHands;
  }

  @Override
  void spend() {
    stock = Math.max(0, stock - 1);
  }

  @Override
  long load(Seat seat) {
    return seat.given;
  }
}
