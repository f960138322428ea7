package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.ItemResult;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.worker.Commands;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a worker says of each item of a batch. */
final class CommandBatchesTest extends CommandRunnerCase {
  @Test
  void reportsWhatHasBecomeOfEachItemOfABatch() throws Exception {
    StepCommand command = known();
    command.setBranch(3);
    command.setItems(List.of(Commands.payload("", "1"), Commands.payload("", "2")));
    AtomicReference<String> id = new AtomicReference<>();
    StepCompletion completion =
        run(
            command,
            context -> {
              id.set(context.commandId());
              List<StepResult> results = new ArrayList<>();
              for (int item : context.items(Integer.class)) {
                results.add(
                    item == 1
                        ? StepResult.succeeded(10 * item)
                        : StepResult.failedForGood("TooLarge", "no"));
              }
              return StepResult.batch(results);
            });

    assertThat(id.get()).isEqualTo("w/s/3/1");
    assertThat(completion.getStatus()).isEqualTo(CompletionStatus.SUCCEEDED);
    assertThat(completion.getBranch()).isEqualTo(3);
    assertThat(completion.getResults())
        .containsExactly(
            new ItemResult(Commands.payload("", "10"), null),
            new ItemResult(null, new Failure("TooLarge", "no", false)));
  }

  @Test
  void failsForGoodWhereTheHandlerReturnsABatchForOneInput() throws Exception {
    Failure failure =
        failure(known(), context -> StepResult.batch(List.of(StepResult.succeeded("x"))));
    assertThat(failure.getType()).isEqualTo("worker.unexpected-batch");
    assertThat(failure.getRetryable()).isFalse();
    assertThat(failure.getMessage()).contains("step 's'", "1 results");
  }

  @Test
  void aBatchOfLongMessagesAndLargeOutputsIsNoLargerThanACompletionMayBe() throws Exception {
    StepCommand command = known();
    command.setBranch(3);
    command.setItems(Collections.nCopies(1_000, Commands.payload("", "1")));
    StepResult large = StepResult.succeeded(Payload.json(new byte[Limits.PAYLOAD_BYTES]));
    StepResult failed = StepResult.failed("Flaky", "x".repeat(Limits.MESSAGE_CHARS));
    List<StepResult> results = new ArrayList<>(Collections.nCopies(5, large));
    results.addAll(Collections.nCopies(994, failed));
    results.add(StepResult.succeeded(1));

    StepCompletion completion = run(command, context -> StepResult.batch(results));

    assertThat(completion.getStatus()).isEqualTo(CompletionStatus.SUCCEEDED);
    assertThat(completion.getResults().subList(0, 3))
        .allSatisfy(result -> assertThat(result.getFailure()).isNull());
    assertThat(completion.getResults().subList(3, 5))
        .allSatisfy(
            result ->
                assertThat(result.getFailure().getType()).isEqualTo("worker.output-too-large"));
    assertThat(completion.getResults().subList(5, 999))
        .extracting(ItemResult::getFailure)
        .containsOnly(new Failure("Flaky", "x".repeat(Limits.ITEM_MESSAGE_CHARS), true));
    assertThat(completion.getResults().getLast().getOutput()).isNotNull();
  }

  @Test
  void batchWaitsForTheLongestTimeThatOneOfItsItemsAsksFor() throws Exception {
    StepCommand command = known();
    command.setBranch(3);
    command.setItems(Collections.nCopies(3, Commands.payload("", "1")));
    StepResult.Failed busy = StepResult.failed("Busy", "x".repeat(Limits.MESSAGE_CHARS));
    List<StepResult> results =
        List.of(
            StepResult.succeeded(1),
            busy.retryAfter(Duration.ofSeconds(9)),
            busy.retryAfter(Duration.ofSeconds(4)));
    assertThat(run(command, context -> StepResult.batch(results)).getRetryAfterMs())
        .isEqualTo(9_000);
  }
}
