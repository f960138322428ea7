package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.ItemResult;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** All that one input does goes into one record, which must be one that the topic takes. */
class EventSizeTest extends ForEachCase {
  private static final int MIB = 1024 * 1024;

  private static ForEach batches(String items, int size, int tolerated) {
    return new ForEach(items, 0, size, tolerated, false);
  }

  private static List<WorkflowEvent> of(EventType type, List<WorkflowEvent> events) {
    return events.stream().filter(event -> event.getType() == type).toList();
  }

  private static StepDefinition computed(int number) {
    String id = "set-" + number;
    TestStep step = number == 0 ? TestStep.of(id) : TestStep.of(id, "set-" + (number - 1));
    return step.does(new StepAction.SetValue("\"${input}\"")).build();
  }

  @Test
  void aChainOfComputedOutputsFailsWhereTheyAreTooManyForOneInput() {
    List<StepDefinition> chain = new ArrayList<>();
    for (int number = 0; number < 9; number++) {
      chain.add(computed(number));
    }
    engine.define(WorkflowDefinition.of("chain", 1, Duration.ZERO, RetryPolicy.NONE, chain));

    engine.start("w", "chain", text(MIB), null);

    List<WorkflowEvent> events = engine.events();
    assertThat(of(EventType.STEP_SUCCEEDED, events)).hasSize(4);
    assertThat(events.getLast().getType()).isEqualTo(EventType.WORKFLOW_FAILED);
    assertThat(events.getLast().getFailure().getType()).isEqualTo("millrace.events-too-large");
  }

  @Test
  void largeBatchesOfWhichNoItemCanBeMappedSayWhyOnce() {
    engine.define(definition(batches("input", 1_000, 100_000), "\"${item.id}\"", Duration.ZERO));

    start("w", 100_000);

    List<WorkflowEvent> failed =
        of(EventType.STEP_FAILED, engine.events()).stream()
            .filter(event -> event.getResults() != null)
            .toList();
    assertThat(failed).hasSize(100);
    assertThat(failed)
        .allSatisfy(
            event -> {
              assertThat(event.getFailure().getType()).isEqualTo("millrace.expression");
              assertThat(event.getResults()).hasSize(1_000);
              assertThat(event.getResults())
                  .extracting(ItemResult::getFailure)
                  .containsOnly(new Failure("", "", false));
            });
  }

  @Test
  void aLongMessageAboutAWholeBatchIsInItsEventOnce() {
    engine.define(definition(batches("input", 1_000, 0), null, Duration.ZERO));
    start("w", 1_000);
    String message = "x".repeat(Limits.MESSAGE_CHARS);
    engine.events();

    StepCommand command = engine.commands().getFirst();
    engine.complete(
        "w",
        report(command)
            .setStatus(CompletionStatus.FAILED)
            .setFailure(new Failure("flaky", message, true))
            .build());

    WorkflowEvent failed = of(EventType.ATTEMPT_FAILED, engine.events()).getFirst();
    assertThat(failed.getFailure().getType()).isEqualTo("flaky");
    assertThat(failed.getFailure().getMessage()).startsWith("1000 of 1000 items failed: xxx");
    assertThat(failed.getResults())
        .extracting(ItemResult::getFailure)
        .containsOnly(new Failure("", "", true));
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    assertThat(engine.commands().getFirst().getItems()).hasSize(1_000);
  }

  @Test
  void theMessagesOfItemsAreCutInTheEventOfTheirBatch() {
    engine.define(definition(batches("input", 900, 0), null, Duration.ZERO));
    start("w", 900);
    StepCommand command = engine.commands().getFirst();
    engine.events();

    Failure failure = new Failure("fatal", "x".repeat(Limits.MESSAGE_CHARS), false);
    reportBatch(command, Collections.nCopies(900, new ItemResult(null, failure)));

    WorkflowEvent failed = of(EventType.STEP_FAILED, engine.events()).getFirst();
    assertThat(failed.getFailure().getMessage()).hasSize(Limits.MESSAGE_CHARS);
    assertThat(failed.getResults())
        .extracting(ItemResult::getFailure)
        .containsOnly(new Failure("fatal", "x".repeat(256), false));
  }

  @Test
  void resultsThatPileUpOverAttemptsFailTheItemsForWhichThereIsNoMoreRoom() {
    engine.define(definition(batches("input", 7, 100), null, Duration.ZERO));
    start("w", 7);
    ItemResult large = new ItemResult(DrivenEngine.payload(MIB), null);
    ItemResult flaky = bad("flaky", true);
    reportBatch(
        engine.commands().getFirst(), List.of(large, large, large, flaky, flaky, flaky, flaky));
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    StepCommand second = engine.commands().getFirst();
    engine.events();

    reportBatch(second, List.of(large, large, good("1"), large));

    WorkflowEvent failed = of(EventType.STEP_FAILED, engine.events()).getFirst();
    assertThat(failed.getFailure().getType()).isEqualTo("millrace.output-too-large");
    assertThat(failed.getFailure().getMessage()).startsWith("3 of 7 items failed: output of");
    assertThat(failed.getResults().get(5).getFailure()).isNull();
  }

  @Test
  void batchesThatTimeOutTogetherDoSoInMoreThanOneRecord() {
    Duration timeout = Duration.ofSeconds(5);
    engine.define(definition(batches("input", 3, 100), null, timeout));
    start("w", 15);
    ItemResult large = new ItemResult(DrivenEngine.payload(MIB), null);
    for (StepCommand command : engine.commands()) {
      reportBatch(command, List.of(large, large, bad("flaky", true)));
    }
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    assertThat(engine.commands()).hasSize(5);
    engine.events();

    engine.advance(timeout.plus(DrivenEngine.TICK));
    engine.advance(DrivenEngine.TICK);
    engine.advance(DrivenEngine.TICK);

    assertThat(of(EventType.STEP_FAILED, engine.events())).hasSize(5);
    assertThat(engine.commands()).extracting(StepCommand::getStep).containsExactly("last");
  }

  @Test
  void aBatchIsMappedNoFurtherThanACommandTakes() {
    engine.define(
        definition(batches("input.list", 1_000, 1_000), "\"${input.large}\"", Duration.ZERO));
    String list = "[0" + ",0".repeat(999) + "]";
    String large = "x".repeat(MIB / 2);

    engine.start(
        "w", "forked", json("{\"list\":%s,\"large\":\"%s\"}".formatted(list, large)), null);

    List<WorkflowEvent> events = engine.events();
    assertThat(of(EventType.STEP_DISPATCHED, events))
        .extracting(WorkflowEvent::getStep)
        .doesNotContain("each");
    assertThat(of(EventType.STEP_FAILED, events))
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.getFailure().getType()).isEqualTo("millrace.command-too-large"));
  }

  private static dev.millrace.schemas.v1.@Nullable Payload text(int bytes) {
    return json('"' + "x".repeat(bytes - 2) + '"');
  }
}
