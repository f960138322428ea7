package dev.millrace.worker.internal;

import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.testing.Patience;
import dev.millrace.worker.Commands;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** A worker that reads partitions of mock clients. */
abstract class PollLoopCase {
  static final Duration DRAIN = Patience.LIMIT;
  static final StepHandler DONE = context -> StepResult.succeeded();

  static List<StepCommand> commands(String type, int count) {
    return IntStream.range(0, count).mapToObj(i -> Commands.command("w" + i, type)).toList();
  }
}
