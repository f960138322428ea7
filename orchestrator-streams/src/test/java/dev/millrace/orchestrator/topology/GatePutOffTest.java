package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.v1.StepCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Steps whose turn comes while their definition is not to be had. */
class GatePutOffTest extends DrivenEngineCase {
  private static final int MANY = 2_500;
  private static final WorkflowDefinition ONE = definition("one");
  private static final WorkflowDefinition OTHER = definition("other");

  private final Logger log =
      (Logger) LoggerFactory.getLogger("dev.millrace.orchestrator.processor.Releases");
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  private static WorkflowDefinition definition(String name) {
    return WorkflowDefinition.of(
        name, 1, Duration.ZERO, RetryPolicy.NONE, List.of(Definitions.step("a")));
  }

  @BeforeEach
  void listen() {
    logged.start();
    log.addAppender(logged);
  }

  @AfterEach
  void listenNoMore() {
    log.detachAppender(logged);
  }

  private long warnings() {
    return logged.list.stream().filter(event -> event.getLevel() == Level.WARN).count();
  }

  private List<String> sent() {
    return engine.commands().stream().map(StepCommand::getWorkflowId).toList();
  }

  private void hold(int steps) {
    engine.windows.windows.put("queue", 0);
    engine.define(ONE);
    for (int i = 0; i < steps; i++) {
      engine.start("w%04d".formatted(i), "one");
    }
    sent();
  }

  /** Lets the time pass as it does, in ticks. */
  private void pass(Duration time) {
    for (long ticks = time.dividedBy(DrivenEngine.TICK); ticks > 0; ticks--) {
      engine.advance(DrivenEngine.TICK);
    }
  }

  @Test
  void areToldInOneLineAMinuteHoweverManyTheyAre() {
    hold(MANY);
    engine.restartWhole();
    engine.windows.windows.put("queue", MANY);

    pass(Duration.ofSeconds(2));
    assertThat(warnings()).isEqualTo(1);
    pass(Duration.ofSeconds(60));
    assertThat(warnings()).isEqualTo(2);
  }

  @Test
  void goOnInTheirOrderWithinAMinuteOfTheirDefinition() {
    hold(MANY);
    engine.restartWhole();
    engine.windows.windows.put("queue", MANY);
    pass(Duration.ofSeconds(2));
    assertThat(sent()).isEmpty();

    engine.define(ONE);
    List<String> sent = new ArrayList<>();
    pass(Duration.ofSeconds(62));

    sent.addAll(sent());
    assertThat(sent).hasSize(MANY).isSorted().doesNotHaveDuplicates();
    assertThat(engine.stored().keySet()).noneMatch(key -> key.get()[0] == 'q');
  }

  @Test
  void keepNoOtherStepOfTheirPriorityWaiting() {
    hold(300);
    engine.define(OTHER);
    engine.start("live", "other");
    engine.restartWhole(OTHER);
    engine.windows.windows.put("queue", 1);

    pass(Duration.ofSeconds(2));

    assertThat(sent()).containsExactly("live");
  }
}
