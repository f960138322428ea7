package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.QueueSettingsJson;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A test on an engine for whose queue something is set. */
abstract class QueueSettingsCase extends DrivenEngineCase {
  static final String QUEUE = "queue";

  /** One step. */
  static final WorkflowDefinition ONE = definition("one", Definitions.step("a"));

  /** One step of another type. */
  static final WorkflowDefinition OTHER =
      definition(
          "other", TestStep.of("a").does(new StepAction.Work("charge", QUEUE, null)).build());

  private final Map<String, byte[]> settings = new LinkedHashMap<>();

  static WorkflowDefinition definition(String name, StepDefinition... steps) {
    return WorkflowDefinition.of(name, 1, Duration.ZERO, RetryPolicy.NONE, List.of(steps));
  }

  static QueueSettings paused() {
    return QueueSettings.NONE.withPause(
        new QueueSettings.Pause("ada", Instant.parse("2026-01-01T11:00:00Z"), "migration"));
  }

  /**
   * Has something set for a queue or for {@code queue/stepType}; it holds from the next tick on.
   */
  final void set(String key, QueueSettings wanted) {
    setAsText(key, new String(QueueSettingsJson.write(wanted), UTF_8));
  }

  /** The same with any text, malformed ones included. */
  final void setAsText(String key, String value) {
    settings.put(key, value.getBytes(UTF_8));
    engine.send(engine.topics.queueSettings(), key, value.getBytes(UTF_8));
    engine.advance(DrivenEngine.TICK);
  }

  /** Starts the engine again, which reads the settings before it does anything. */
  final void restart(WorkflowDefinition... definitions) {
    engine.restartWhole(definitions);
    settings.forEach((key, value) -> engine.send(engine.topics.queueSettings(), key, value));
    engine.advance(DrivenEngine.TICK);
  }

  final void start(String workflowId, String definition, int priority) {
    engine.send(
        engine.topics.starts(),
        workflowId,
        engine.starts.encode(
            WorkflowStart.newBuilder().setDefinition(definition).setPriority(priority).build()));
  }

  final void start(int count, String prefix, String definition) {
    for (int i = 0; i < count; i++) {
      start("%s%03d".formatted(prefix, i), definition, 5);
      engine.advance(Duration.ofMillis(1));
    }
  }

  /** The ids of the workflows whose commands were sent since the last call. */
  final List<String> sent() {
    return engine.commands().stream().map(StepCommand::getWorkflowId).toList();
  }

  /** Why steps were held since the last call, each reason once. */
  final List<String> reasons() {
    return engine.events().stream()
        .filter(event -> event.getType() == EventType.STEP_HELD)
        .map(WorkflowEvent::getReason)
        .distinct()
        .toList();
  }
}
