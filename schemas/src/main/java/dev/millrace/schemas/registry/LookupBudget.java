package dev.millrace.schemas.registry;

import com.google.common.base.Ticker;
import java.util.concurrent.TimeUnit;

/** A token bucket: full at first, refilled at a steady rate. Thread-safe. */
final class LookupBudget {
  private final double tokensPerNano;
  private final int capacity;
  private final Ticker ticker;
  private double tokens;
  private long filledAtNanos;

  LookupBudget(int perSecond, int capacity, Ticker ticker) {
    this.tokensPerNano = perSecond / (double) TimeUnit.SECONDS.toNanos(1);
    this.capacity = capacity;
    this.ticker = ticker;
    this.tokens = capacity;
    this.filledAtNanos = ticker.read();
  }

  /** Takes a token if there is one. */
  synchronized boolean tryTake() {
    long now = ticker.read();
    tokens = Math.min(capacity, tokens + (now - filledAtNanos) * tokensPerNano);
    filledAtNanos = now;
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }
}
