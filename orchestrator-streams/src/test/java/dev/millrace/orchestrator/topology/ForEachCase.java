package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.ItemResult;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A test of a step {@code each} that runs for each number of a list, and of {@code last} after it.
 */
abstract class ForEachCase extends DrivenEngineCase {
  static final RetryPolicy TWICE =
      new RetryPolicy(2, Duration.ofSeconds(1), 2, Duration.ofSeconds(60), 0, List.of("fatal"));

  static ForEach all() {
    return new ForEach("input", 0, 1, 0, false);
  }

  /** A workflow whose step {@code last} is handed the output of {@code each}. */
  static WorkflowDefinition definition(ForEach forEach) {
    return definition(forEach, "{\"n\": \"${item}\", \"at\": \"${index}\"}", Duration.ZERO);
  }

  static WorkflowDefinition definition(
      ForEach forEach, @Nullable String mapping, Duration timeout) {
    StepDefinition each =
        TestStep.of("each")
            .does(new StepAction.Work("type", "queue", mapping))
            .timeouts(Timeouts.startToClose(timeout))
            .retry(TWICE)
            .forEach(forEach)
            .build();
    StepDefinition last =
        TestStep.of("last", "each")
            .does(new StepAction.Work("type", "queue", "\"${steps.each.output}\""))
            .build();
    return WorkflowDefinition.of("forked", 1, Duration.ZERO, RetryPolicy.NONE, List.of(each, last));
  }

  final void start(String workflowId, int items) {
    engine.start(workflowId, "forked", numbers(items), null);
  }

  static Payload numbers(int items) {
    return json(
        IntStream.range(0, items)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(",", "[", "]")));
  }

  static Payload json(String text) {
    return new Payload("", ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  static String text(@Nullable Payload payload) {
    return payload == null ? "nothing" : new String(payload.getData().array(), UTF_8);
  }

  final void succeed(StepCommand command, @Nullable Payload output) {
    engine.complete(command.getWorkflowId(), report(command).setOutput(output).build());
  }

  final void succeed(StepCommand command) {
    succeed(command, json(Integer.toString(command.getBranch() * 2)));
  }

  final void fail(StepCommand command, String type) {
    engine.complete(
        command.getWorkflowId(),
        report(command)
            .setStatus(CompletionStatus.FAILED)
            .setFailure(new Failure(type, "broken", true))
            .build());
  }

  final void reportBatch(StepCommand command, List<ItemResult> results) {
    engine.complete(command.getWorkflowId(), report(command).setResults(results).build());
  }

  static ItemResult good(String output) {
    return new ItemResult(json(output), null);
  }

  static ItemResult bad(String type, boolean retryable) {
    return new ItemResult(null, new Failure(type, "broken", retryable));
  }

  static StepCompletion.Builder report(StepCommand command) {
    return StepCompletion.newBuilder()
        .setStep(command.getStep())
        .setBranch(command.getBranch())
        .setAttempt(command.getAttempt())
        .setStatus(CompletionStatus.SUCCEEDED);
  }

  /** Succeeds all branches until none is sent any more; answers how many there were. */
  final int runAllBranches() {
    int done = 0;
    for (List<StepCommand> sent = engine.commands(); !sent.isEmpty(); sent = engine.commands()) {
      for (StepCommand command : sent) {
        if (command.getBranch() < 0) {
          lastCommand = command;
          return done;
        }
        succeed(command);
        done++;
      }
    }
    return done;
  }

  /** The command of {@code last}, once it has been sent. */
  protected @Nullable StepCommand lastCommand;

  final void assertOutput(String json) {
    assertThat(text(lastCommand == null ? null : lastCommand.getInput())).isEqualTo(json);
  }
}
