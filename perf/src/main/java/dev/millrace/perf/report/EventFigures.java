package dev.millrace.perf.report;

import java.util.List;

/**
 * What one run of the event publisher gave, or the medians of several.
 *
 * @param eventsPerSecond events acknowledged a second at full load
 * @param batchEfficiency part of the batches that were full then, from 0 to 1
 * @param eventsPerBatch events in a batch then
 * @param pacedPerSecond events a second that were published at the given pace
 * @param visibleP50Ms time from when an event was to be published at that pace until a consumer had
 *     it, which half of them do not exceed, in milliseconds
 * @param visibleP99Ms the same of 99 in 100
 * @param visibleMaxMs the longest
 * @param injected duplicates among the events of a further part, within the publisher's window
 * @param dropped how many of these were left out
 * @param publishedTwice events of that part that are in the topic more than once
 * @param lost events of it that are not there
 * @param starts starts of workflows that were sent to an engine, duplicates aside
 * @param repeatedStarts duplicates of these that were sent too
 * @param startedTwice workflows that started more than once, although the engine was killed
 * @param notEnded workflows that have not come to their end
 */
public record EventFigures(
    double eventsPerSecond,
    double batchEfficiency,
    double eventsPerBatch,
    double pacedPerSecond,
    double visibleP50Ms,
    double visibleP99Ms,
    double visibleMaxMs,
    long injected,
    long dropped,
    long publishedTwice,
    long lost,
    long starts,
    long repeatedStarts,
    long startedTwice,
    long notEnded) {

  /** Whether no duplicate came through, and nothing was lost. */
  public boolean isExact() {
    return dropped == injected
        && publishedTwice == 0
        && lost == 0
        && startedTwice == 0
        && notEnded == 0;
  }

  /** The median of each measure by itself, and the sums of what is counted. */
  static EventFigures median(List<EventFigures> all) {
    return new EventFigures(
        Figures.median(all, EventFigures::eventsPerSecond),
        Figures.median(all, EventFigures::batchEfficiency),
        Figures.median(all, EventFigures::eventsPerBatch),
        Figures.median(all, EventFigures::pacedPerSecond),
        Figures.median(all, EventFigures::visibleP50Ms),
        Figures.median(all, EventFigures::visibleP99Ms),
        Figures.median(all, EventFigures::visibleMaxMs),
        all.stream().mapToLong(EventFigures::injected).sum(),
        all.stream().mapToLong(EventFigures::dropped).sum(),
        all.stream().mapToLong(EventFigures::publishedTwice).sum(),
        all.stream().mapToLong(EventFigures::lost).sum(),
        all.stream().mapToLong(EventFigures::starts).sum(),
        all.stream().mapToLong(EventFigures::repeatedStarts).sum(),
        all.stream().mapToLong(EventFigures::startedTwice).sum(),
        all.stream().mapToLong(EventFigures::notEnded).sum());
  }

  /** The figures in a line. */
  @Override
  public String toString() {
    return "%,.0f events/s, batch efficiency %.1f %%, %.0f a batch; at %,.0f/s visible after p50 %.1f ms, p99 %.1f ms, max %.1f ms; %,d of %,d duplicates dropped, %,d published twice, %,d lost; %,d starts and %,d duplicates over a kill: %,d started twice, %,d not ended"
        .formatted(
            eventsPerSecond,
            100 * batchEfficiency,
            eventsPerBatch,
            pacedPerSecond,
            visibleP50Ms,
            visibleP99Ms,
            visibleMaxMs,
            dropped,
            injected,
            publishedTwice,
            lost,
            starts,
            repeatedStarts,
            startedTwice,
            notEnded);
  }
}
