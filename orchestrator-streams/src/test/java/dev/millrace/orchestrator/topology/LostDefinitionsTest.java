package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.v1.EventType;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Running workflows whose definition is gone, or another, after the engine has started again. */
class LostDefinitionsTest extends DrivenEngineCase {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LOOKED_FOR_AGAIN = Duration.ofMinutes(1);

  private static final WorkflowDefinition FIRST =
      TimersTest.definition(
          Duration.ZERO, Definitions.guarded("a", TIMEOUT), Definitions.step("b", "a"));

  /** The same version with fewer steps. */
  private static final WorkflowDefinition OTHER =
      TimersTest.definition(Duration.ZERO, Definitions.step("z"));

  @BeforeEach
  void startAWorkflow() {
    engine.define(FIRST);
    engine.start("w", "timed");
    assertThat(engine.attempts()).containsExactly("a/1");
    engine.events();
  }

  @Test
  void completionOfAWorkflowWhoseDefinitionChangedIsADeadLetterUntilTheFirstContentIsBack() {
    engine.restart(OTHER);

    engine.succeed("w", "a", 1, null);
    assertCompletionIsDead("definition-changed", "timed/1", "'w'", "publish that content again");
    assertThat(engine.events()).isEmpty();

    engine.define(FIRST);
    engine.succeed("w", "a", 1, null);
    assertThat(engine.attempts()).containsExactly("b/1");
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void completionOfAWorkflowWhoseDefinitionIsMissingIsADeadLetterUntilItIsBack() {
    engine.restart();

    engine.succeed("w", "a", 1, null);
    engine.cancel("w", "no more");
    assertThat(engine.deadLetters()).hasSize(2);
    engine.succeed("w", "a", 1, null);
    assertCompletionIsDead("definition-missing", "timed/1", "'w'", "publish it again");
    assertThat(engine.events()).isEmpty();

    engine.define(FIRST);
    engine.succeed("w", "a", 1, null);
    assertThat(engine.attempts()).containsExactly("b/1");
  }

  @Test
  void timerOfAWorkflowWithoutItsDefinitionIsNotLost() {
    engine.restart(OTHER);
    engine.advance(TIMEOUT.plus(DrivenEngine.TICK));
    engine.advance(LOOKED_FOR_AGAIN);
    assertThat(engine.events()).isEmpty();

    engine.define(FIRST);
    engine.advance(LOOKED_FOR_AGAIN.plus(DrivenEngine.TICK));
    assertThat(engine.eventTypes()).containsExactly(EventType.ATTEMPT_FAILED);
  }

  @Test
  void workflowsOfBothContentsGoOnWhileBothAreThere() {
    engine.restart(OTHER, FIRST);
    engine.start("new", "timed");
    assertThat(engine.attempts()).as("the first content that was read").containsExactly("z/1");

    engine.succeed("w", "a", 1, null);
    assertThat(engine.attempts()).containsExactly("b/1");
    assertThat(engine.deadLetters()).isEmpty();
  }

  private void assertCompletionIsDead(String code, String... message) {
    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.value()).isEqualTo(engine.completionBytes("a"));
              assertThat(header(letter, HeaderNames.ERROR_CODE)).isEqualTo(code);
              assertThat(header(letter, HeaderNames.ERROR_MESSAGE)).contains(message);
            });
  }
}
