package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.flow.QueueState;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * At-least-once: a crash can come between any two of the changes that hold a step back for its
 * queue and let it go on. The inputs are read again, each workflow comes to its end once, and
 * nothing is left over.
 */
class GateCrashTest extends DrivenEngineCase {
  private static final WorkflowDefinition CHAIN =
      WorkflowDefinition.of(
          "chain",
          1,
          Duration.ZERO,
          RetryPolicy.NONE,
          List.of(Definitions.step("a"), Definitions.step("b", "a")));
  private static final List<String> IDS = List.of("u", "v", "w");

  private final List<Runnable> inputs = new ArrayList<>();
  private final Map<String, List<WorkflowEvents>> log = new HashMap<>();
  private final List<StepCommand> sent = new ArrayList<>();
  private WorkflowDefinition defined = CHAIN;

  private void begin(long cacheBytes) {
    begin(cacheBytes, CHAIN);
  }

  private void begin(long cacheBytes, WorkflowDefinition definition) {
    stopEngine();
    engine = new DrivenEngine(folder, cacheBytes);
    engine.windows.windows.put("queue", 1);
    inputs.clear();
    log.clear();
    sent.clear();
    engine.define(definition);
    defined = definition;
  }

  private void input(Runnable input) {
    inputs.add(input);
    input.run();
    take();
  }

  /** Takes what the engine has sent. */
  private void take() {
    sent.addAll(engine.commands());
    AvroCodec<WorkflowEvents> codec = engine.codec(WorkflowEvents.class, engine.topics.events());
    engine
        .read(engine.topics.events())
        .forEach(
            record ->
                log.computeIfAbsent(new String(record.key(), UTF_8), id -> new ArrayList<>())
                    .add(decode(codec, record.value())));
  }

  private static WorkflowEvents decode(AvroCodec<WorkflowEvents> codec, byte[] value) {
    try {
      return codec.decode(value);
    } catch (MalformedRecordException e) {
      throw new AssertionError(e);
    }
  }

  private void done(StepCommand command) {
    engine.complete(command.getWorkflowId(), ForEachCase.report(command).build());
  }

  private boolean crashAfter(int puts) {
    boolean isCut = engine.commitFirst(puts);
    engine.crash(defined);
    engine.advance(Duration.ofMillis(1));
    inputs.forEach(Runnable::run);
    take();
    return isCut;
  }

  private void finish() {
    engine.advance(DrivenEngine.TICK);
    take();
    for (int next = 0; next < sent.size(); next++) {
      done(sent.get(next));
      take();
    }
    for (String id : IDS) {
      EventHistory history = new EventHistory();
      List<WorkflowEvents> records = log.getOrDefault(id, List.of());
      for (int offset = 0; offset < records.size(); offset++) {
        history.add(offset, records.get(offset));
      }
      assertThat(history.gaps()).as("gaps of %s", id).isEmpty();
      assertThat(history.entries().stream().map(entry -> entry.event().getType()))
          .as("events of %s", id)
          .containsOnlyOnce(EventType.WORKFLOW_SUCCEEDED);
    }
    for (int i = 0; i < 3; i++) {
      engine.advance(Duration.ofSeconds(2));
    }
    assertThat(engine.stored().keySet()).noneMatch(key -> key.get()[0] == 'q');
    assertThat(engine.report.queues())
        .containsEntry("queue", new QueueState(0, 0, 1, false, 0, true));
  }

  @ParameterizedTest
  @ValueSource(longs = {64 << 20, 0})
  void theStartsMayBeCutAnywhere(long cacheBytes) {
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin(cacheBytes);
      IDS.forEach(id -> input(() -> engine.start(id, "chain")));
      isCut = crashAfter(puts);
      finish();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {64 << 20, 0})
  void completionThatLetsAnotherStepGoOnMayBeCutAnywhere(long cacheBytes) {
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin(cacheBytes);
      IDS.forEach(id -> input(() -> engine.start(id, "chain")));
      engine.commit();
      StepCommand first = sent.removeFirst();
      input(() -> done(first));
      isCut = crashAfter(puts);
      finish();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {64 << 20, 0})
  void completionOfABranchThatLetsAnotherGoOnMayBeCutAnywhere(long cacheBytes) {
    WorkflowDefinition branches =
        WorkflowDefinition.of(
            "chain",
            1,
            Duration.ZERO,
            RetryPolicy.NONE,
            List.of(
                TestStep.of("each").forEach(new ForEach("[1, 2, 3]", 2, 1, 0, false)).build(),
                Definitions.step("last", "each")));
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin(cacheBytes, branches);
      IDS.forEach(id -> input(() -> engine.start(id, "chain")));
      engine.commit();
      StepCommand first = sent.removeFirst();
      input(() -> done(first));
      isCut = crashAfter(puts);
      finish();
    }
  }

  @Test
  void everyCompletionMayBeCutAnywhereAndTheEngineRestored() {
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin(64 << 20);
      IDS.forEach(id -> input(() -> engine.start(id, "chain")));
      engine.restartWhole(CHAIN);
      engine.advance(DrivenEngine.TICK);
      inputs.clear();
      take();
      engine.commit();
      StepCommand first = sent.removeFirst();
      input(() -> done(first));
      isCut = crashAfter(puts);
      finish();
    }
  }
}
