package dev.millrace.worker.testing;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;

/** Stands still until it is told to go on. */
final class VirtualClock extends Clock {
  private final ZoneId zone;
  private final long[] nowMs;

  VirtualClock(Instant start, ZoneId zone) {
    this(zone, new long[] {start.toEpochMilli()});
  }

  private VirtualClock(ZoneId zone, long[] nowMs) {
    this.zone = zone;
    this.nowMs = nowMs;
  }

  void set(long epochMs) {
    nowMs[0] = epochMs;
  }

  @Override
  public long millis() {
    return nowMs[0];
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public Clock withZone(ZoneId other) {
    return new VirtualClock(other, nowMs);
  }
}
