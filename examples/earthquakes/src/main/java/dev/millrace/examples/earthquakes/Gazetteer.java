package dev.millrace.examples.earthquakes;

/**
 * A stand-in for a service that knows where places are and that is busy at times: about one quake
 * in fifty finds it busy at the first attempt, and one in five of those at the second as well.
 * Which ones follows from their ids alone, so that every run has the same retries. Stateless.
 */
final class Gazetteer {
  private static final int BUSY_ONE_IN = 50;
  private static final int BUSY_AGAIN_ONE_IN = 5 * BUSY_ONE_IN;

  /** Nobody was there to answer; asking again helps. */
  static final class BusyException extends Exception {
    private static final long serialVersionUID = 1L;

    BusyException(String message) {
      super(message);
    }
  }

  private Gazetteer() {}

  /**
   * Where a quake happened.
   *
   * @throws BusyException when the service is busy
   */
  static Enrichment lookUp(Quake quake, int attempt) throws BusyException {
    if (attempt <= busyAttempts(quake.id())) {
      throw new BusyException("the gazetteer is busy, attempt %d".formatted(attempt));
    }
    return Enrichment.of(quake);
  }

  /** How many attempts in a row find the service busy. */
  static int busyAttempts(String quakeId) {
    int hash = quakeId.hashCode(); // the same on every JVM, as String promises
    if (Math.floorMod(hash, BUSY_AGAIN_ONE_IN) == 0) {
      return 2;
    }
    return Math.floorMod(hash, BUSY_ONE_IN) == 0 ? 1 : 0;
  }
}
