package dev.millrace.perf.report;

import java.util.Map;

/**
 * What one run of one system measured, all of it in the measured window, but for peak memory.
 *
 * @param subject what ran
 * @param repeat number of the run, from 1; runs of several systems with the same number belong
 *     together
 * @param seconds length of the window
 * @param workflows workflows that ended in it
 * @param steps their steps
 * @param figures the headline figures
 * @param processes use by role; the load generator is reported, and part of no sum
 * @param logBytesPerStep growth of the topics on disk in bytes a step, by kind of topic
 */
public record RunResult(
    Subject subject,
    int repeat,
    double seconds,
    long workflows,
    long steps,
    Figures figures,
    Map<String, ProcessUse> processes,
    Map<String, Double> logBytesPerStep) {

  /**
   * What is measured and compared.
   *
   * @param workload name of the workload
   * @param inFlight workflows kept running
   * @param system name of the system
   */
  public record Subject(String workload, int inFlight, String system) {
    /** The same work put to another system. */
    Subject on(String otherSystem) {
      return new Subject(workload, inFlight, otherSystem);
    }
  }
}
