package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.DefinitionDecoder;
import dev.millrace.orchestrator.codec.InlineDefinition;
import dev.millrace.orchestrator.codec.WorkflowHistory;
import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.wire.EventHistory;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** Workflows whose start brings its definition along. */
class OwnDefinitionsTest extends DrivenEngineCase {
  @Test
  void eventsAloneFoldToTheStateOfAWorkflowWithADefinitionOfItsOwn() throws Exception {
    WorkflowDefinition own =
        TimersTest.definition(
            Duration.ofMinutes(1),
            Definitions.guarded("a", Duration.ofSeconds(10)),
            Definitions.step("b", "a"),
            Definitions.step("c", "b"));
    engine.startWithItsOwn("w", own, DrivenEngine.payload(10));
    engine.succeed("w", "a", 1, null);
    engine.succeed("w", "b", 1, DrivenEngine.payload(20));

    EventHistory log = new EventHistory();
    engine.eventRecords().forEach(record -> log.add(log.entries().size(), record));
    InlineDefinition read =
        new DefinitionDecoder(engine.topics, engine.registry)
            .inline(log.entries().getFirst().event().getStart().getInlineDefinition());
    assertThat(read.definition()).isEqualTo(own);
    WorkflowHistory history = WorkflowHistory.of(read);
    for (EventHistory.Entry entry : log.entries()) {
      history.apply(entry);
    }
    StoredFold.assertThatItIs(engine, "w", history);
  }

  @Test
  void startByNameLeavesTheDefinitionOutOfItsEvent() {
    engine.define(TimersTest.definition(Duration.ZERO, Definitions.step("a")));
    engine.start("w", "timed");
    assertThat(engine.events().getFirst().getStart().getInlineDefinition()).isNull();
  }

  @Test
  void startWhoseEventsWouldBeTooLargeIsRefusedAndOneThatJustFitsRuns() {
    WorkflowDefinition large = large();
    engine.startWithItsOwn("w", large, DrivenEngine.payload(Limits.PAYLOAD_BYTES));
    List<TestRecord<byte[], byte[]>> letters = engine.deadLetters();
    assertThat(letters).hasSize(1);
    String message =
        new String(
            letters.getFirst().headers().lastHeader(HeaderNames.ERROR_MESSAGE).value(), UTF_8);
    assertThat(message).contains("inlineDefinition", "register");
    int[] bytes =
        Pattern.compile("\\d+")
            .matcher(message)
            .results()
            .map(MatchResult::group)
            .mapToInt(Integer::parseInt)
            .toArray();
    int fitting = Limits.PAYLOAD_BYTES - (bytes[0] - bytes[1]);

    engine.startWithItsOwn("w", large, DrivenEngine.payload(fitting + 1));
    assertThat(engine.deadLetters()).hasSize(1);
    engine.startWithItsOwn("w", large, DrivenEngine.payload(fitting));
    assertThat(engine.deadLetters()).isEmpty();
    assertThat(engine.attempts()).hasSize(1);
    assertThat(engine.eventRecordBytes())
        .singleElement()
        .satisfies(size -> assertThat(size).isBetween(bytes[1] - 100, bytes[1] + 4_096));
  }

  /** About 4.8 MiB: with the largest input a little more than an start may bring. */
  private static WorkflowDefinition large() {
    List<StepDefinition> steps =
        IntStream.range(0, 9_300)
            .mapToObj(
                step ->
                    Definitions.step(
                        name(step),
                        IntStream.range(Math.max(0, step - 3), step)
                            .mapToObj(OwnDefinitionsTest::name)
                            .toArray(String[]::new)))
            .toList();
    return WorkflowDefinition.of("large", 1, Duration.ZERO, RetryPolicy.NONE, steps);
  }

  private static String name(int step) {
    return "%0128d".formatted(step);
  }
}
