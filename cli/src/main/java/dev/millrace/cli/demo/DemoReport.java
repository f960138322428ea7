package dev.millrace.cli.demo;

import dev.millrace.cli.run.Hops;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;

/**
 * What came of a demo.
 *
 * @param results one for each workflow that the event log speaks of
 * @param expected how many workflows were asked for
 * @param steps steps that succeeded
 * @param attempts attempts of all steps together
 * @param retries failed attempts that were followed by another
 * @param failures failed attempts by the type of their failure
 * @param firstStep from the start of this JVM to the first call of a handler
 * @param busy from the first call of a handler to the last return of one, while all workflows that
 *     run together were under way
 * @param busySteps steps that succeeded in that time
 * @param together hops of the workflows that ran together
 * @param alone hops of the workflows that ran one after the other
 * @param file the result file
 */
record DemoReport(
    List<QuakeResult> results,
    int expected,
    int steps,
    int attempts,
    int retries,
    SortedMap<String, Integer> failures,
    Duration firstStep,
    Duration busy,
    int busySteps,
    Hops together,
    Hops alone,
    Path file) {
  DemoReport {
    results = List.copyOf(results);
  }

  /** Whether every workflow ended, and each of them once. */
  boolean complete() {
    return results.size() == expected && results.stream().allMatch(QuakeResult::endedOnce);
  }
}
