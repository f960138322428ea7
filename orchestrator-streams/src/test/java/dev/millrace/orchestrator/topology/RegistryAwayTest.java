package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.fixture.NewerSchema;
import dev.millrace.schemas.v1.EventType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Records of schemas not met before, while the registry cannot be asked about them. */
class RegistryAwayTest extends DrivenEngineCase {
  private static final WorkflowDefinition DEFINITION =
      TimersTest.definition(Duration.ZERO, Definitions.step("a"));

  @Test
  void definitionIsReadWhenTheRegistryIsBack() {
    byte[] newer = NewerSchema.rewritten(engine.definitionBytes(DEFINITION), engine.registry);
    engine.engineRegistry.failNext(2);

    engine.send(engine.topics.definitions(), "timed/1", newer);
    engine.start("w", "timed");

    assertThat(engine.attempts()).containsExactly("a/1");
  }

  @Test
  void definitionOfAnUnknownSchemaIsIgnoredAndTheNextIsRead() {
    byte[] unknown = engine.definitionBytes(DEFINITION);
    unknown[1] = 0x7f;

    engine.send(engine.topics.definitions(), "timed/1", unknown);
    engine.define(DEFINITION);
    engine.start("w", "timed");

    assertThat(engine.attempts()).containsExactly("a/1");
  }

  @Test
  void completionIsAppliedOnceWhenTheRegistryIsBack() {
    engine.define(DEFINITION);
    engine.start("w", "timed");
    engine.events();
    byte[] newer = NewerSchema.rewritten(engine.completionBytes("a"), engine.registry);
    engine.engineRegistry.failNext(2);

    engine.send(engine.topics.completions(), "w", newer);

    assertThat(engine.eventTypes())
        .containsExactly(EventType.STEP_SUCCEEDED, EventType.WORKFLOW_SUCCEEDED);
    assertThat(engine.deadLetters()).isEmpty();
  }
}
