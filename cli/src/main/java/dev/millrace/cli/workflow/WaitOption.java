package dev.millrace.cli.workflow;

import java.time.Duration;
import picocli.CommandLine.Option;

/** The options that say whether to wait for what the engine makes of what it is asked to do. */
final class WaitOption {
  /** Exit code of a command that has waited and seen a refusal. */
  static final int REFUSED = 4;

  @Option(
      names = "--wait",
      description =
          "Wait for the events that show what it did; the exit code is "
              + REFUSED
              + " if it was refused, by some workflow if it is for several.")
  private boolean wait;

  @Option(
      names = "--wait-limit",
      paramLabel = "PERIOD",
      defaultValue = "30s",
      description = "How long to wait at most, such as 30s or 5m (${DEFAULT-VALUE}).")
  private Duration limit = Duration.ofSeconds(30);

  /** Whether to wait. */
  boolean isGiven() {
    return wait;
  }

  /** How long at most. */
  Duration limit() {
    return limit;
  }
}
