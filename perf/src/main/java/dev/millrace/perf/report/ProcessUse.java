package dev.millrace.perf.report;

/**
 * What one process used.
 *
 * @param cpuMicrosPerStep user and system CPU in the measured window, in microseconds a step
 * @param peakRssMib most memory that it had resident from its start to the end of the window
 */
public record ProcessUse(double cpuMicrosPerStep, double peakRssMib) {}
