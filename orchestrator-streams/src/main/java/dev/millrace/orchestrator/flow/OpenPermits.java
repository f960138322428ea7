package dev.millrace.orchestrator.flow;

/** Permits for as many attempts as may be open at once. Thread-safe. */
final class OpenPermits extends Permits {
  private int most;

  OpenPermits(int most) {
    this.most = most;
  }

  /** From now on so many may be open. */
  synchronized void change(int newMost) {
    most = newMost;
  }

  @Override
  int free(Iterable<Seat> seats, long nowMs) {
    int taken = 0;
    for (Seat seat : seats) {
      taken += seat.open + seat.inHand;
    }
    return most - taken;
  }

  @Override
  void spend() {
    // It is counted as open.
  }

  @Override
  long load(Seat seat) {
    return (long) seat.open + seat.inHand;
  }
}
