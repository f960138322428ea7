package dev.millrace.worker.publish;

/**
 * What a publisher has done so far.
 *
 * @param published events that the brokers have acknowledged
 * @param duplicates events that were left out since their id was known
 * @param refused events that Kafka will never take
 * @param retries times that a batch, or what was left of it, was sent again
 * @param batches batches that were acknowledged
 * @param smallBatches those of them that were sent for their age, or by a flush, before they had
 *     events or bytes enough
 * @param waiting events that are taken and not acknowledged
 */
public record PublisherFigures(
    long published,
    long duplicates,
    long refused,
    long retries,
    long batches,
    long smallBatches,
    long waiting) {
  /** The part of the batches that were full, from 0 to 1; 1 before the first one. */
  public double efficiency() {
    return batches == 0 ? 1 : 1 - (double) smallBatches / batches;
  }
}
