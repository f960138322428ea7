package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.EventType;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to records that are none. */
class PoisonTest extends DrivenEngineCase {
  private static final byte[] KEY = "poisoned".getBytes(UTF_8);

  @BeforeEach
  void define() {
    engine.define(
        WorkflowDefinition.of(
            "one", 1, Duration.ZERO, RetryPolicy.NONE, List.of(Definitions.step("only"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"workflow-starts.v1", "workflow-controls.v1", "step-completions.v1"})
  void everyBadRecordGoesToTheDeadLettersUntouchedAndTheNextGoodOneIsTaken(String name) {
    String topic = engine.topics.prefix() + name;
    poison(topic)
        .forEach(
            (kind, bad) -> {
              Headers headers = new RecordHeaders().add("own", new byte[] {1, 2, 3});
              headers.add(HeaderNames.ERROR_CODE, "of an earlier letter".getBytes(UTF_8));
              engine.send(topic, new TestRecord<>(bad.key, bad.value, headers, DrivenEngine.NOON));

              List<TestRecord<byte[], byte[]>> letters = engine.deadLetters();
              assertThat(letters).as(kind).hasSize(1);
              TestRecord<byte[], byte[]> letter = letters.getFirst();
              assertThat(letter.key()).as(kind).isEqualTo(bad.key);
              assertThat(letter.value()).as(kind).isEqualTo(bad.value);
              assertThat(letter.headers().lastHeader("own").value()).containsExactly(1, 2, 3);
              assertThat(header(letter, HeaderNames.ERROR_CODE)).as(kind).isEqualTo("malformed");
              assertThat(header(letter, HeaderNames.ERROR_MESSAGE)).as(kind).isNotBlank();
              assertThat(header(letter, HeaderNames.ERROR_TOPIC)).as(kind).isEqualTo(topic);
              assertThat(header(letter, HeaderNames.ERROR_PARTITION)).as(kind).isEqualTo("0");
              assertThat(header(letter, HeaderNames.ERROR_OFFSET)).as(kind).matches("\\d+");
              assertThat(engine.events()).as(kind).isEmpty();
            });

    engine.start("good", "one");
    engine.succeed("good", "only", 1, null);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
  }

  @Test
  void badDefinitionsAreIgnoredAndTheNextGoodOneIsTaken() {
    poison(engine.topics.definitions())
        .forEach(
            (kind, bad) ->
                engine.send(
                    engine.topics.definitions(),
                    new TestRecord<>(bad.key, bad.value, new RecordHeaders(), DrivenEngine.NOON)));

    engine.define(
        WorkflowDefinition.of(
            "two", 1, Duration.ZERO, RetryPolicy.NONE, List.of(Definitions.step("only"))));
    engine.start("good", "two");
    assertThat(engine.attempts()).containsExactly("only/1");
  }

  @Test
  void completionOfAnUnknownWorkflowGoesToTheDeadLetters() {
    engine.succeed("nobody", "only", 1, null);

    assertThat(engine.deadLetters())
        .extracting(letter -> header(letter, HeaderNames.ERROR_CODE))
        .containsExactly("unknown-workflow");
  }

  @Test
  void completionOfAnUnknownStepGoesToTheDeadLetters() {
    engine.start("good", "one");
    engine.succeed("good", "other", 1, null);

    assertThat(engine.deadLetters())
        .extracting(letter -> header(letter, HeaderNames.ERROR_CODE))
        .containsExactly("unknown-step");
  }

  @Test
  void failureOfATypeThatOnlyTheEngineMayUseGoesToTheDeadLetters() {
    engine.start("good", "one");
    engine.events();
    engine.fail("good", "only", 1, "millrace.timeout.workflow");

    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(header(letter, HeaderNames.ERROR_CODE)).isEqualTo("malformed");
              assertThat(header(letter, HeaderNames.ERROR_MESSAGE))
                  .contains("'millrace.timeout.workflow'", "engine's own");
            });
    assertThat(engine.events()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "workflow-controls.v1|{\"action\":\"CANCEL\",\"dryRun\":true}|dryRun is set for CANCEL: not one",
        "step-completions.v1|{\"step\":\"only\",\"attempt\":1,\"status\":\"SUCCEEDED\",\"results\":[{}]}|results has 1 items, but only a branch",
        "step-completions.v1|{\"step\":\"only\",\"branch\":0,\"attempt\":1,\"status\":\"SUCCEEDED\",\"output\":1,\"results\":[{}]}|results has 1 items beside status SUCCEEDED and an output",
        "step-completions.v1|{\"step\":\"only\",\"branch\":0,\"attempt\":1,\"status\":\"RUNNING\",\"results\":[{}]}|results has 1 items beside status RUNNING"
      })
  void whatThisEngineCannotDoIsRefusedRatherThanMisread(String name, String json, String reason) {
    engine.start("poisoned", "one");
    engine.events();
    RecordHeaders headers = new RecordHeaders();
    headers.add(HeaderNames.CONTENT_TYPE, "application/json".getBytes(UTF_8));
    engine.send(
        engine.topics.prefix() + name,
        new TestRecord<>(KEY, json.getBytes(UTF_8), headers, DrivenEngine.NOON));

    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(header(letter, HeaderNames.ERROR_CODE)).isEqualTo("malformed");
              assertThat(header(letter, HeaderNames.ERROR_MESSAGE)).contains(reason);
            });
    assertThat(engine.events()).isEmpty();
  }

  @Test
  void startWithAnInputAboveTheLimitGoesToTheDeadLetters() {
    engine.start("heavy", "one", DrivenEngine.payload(Limits.PAYLOAD_BYTES + 1), null);
    assertThat(engine.deadLetters()).hasSize(1);

    engine.start("heavy", "one", DrivenEngine.payload(Limits.PAYLOAD_BYTES), null);
    assertThat(engine.deadLetters()).isEmpty();
    assertThat(engine.attempts()).containsExactly("only/1");
  }

  @Test
  void letterThatWouldBeTooLargeCarriesTheReasonAlone() {
    byte[] largest = new byte[Limits.RECORD_BYTES];
    RecordHeaders headers = new RecordHeaders();
    headers.add("own", new byte[] {1});
    engine.send(
        engine.topics.starts(),
        new TestRecord<>("heavy".getBytes(UTF_8), largest, headers, DrivenEngine.NOON));

    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.key()).asString(UTF_8).isEqualTo("heavy");
              assertThat(letter.value()).isNull();
              assertThat(letter.headers().lastHeader("own")).isNull();
              assertThat(header(letter, HeaderNames.ERROR_OFFSET)).isEqualTo("0");
              assertThat(header(letter, HeaderNames.ERROR_MESSAGE)).contains("too large");
            });
  }

  @Test
  void reasonIsCutThoughItQuotesTheRecord() {
    engine.start("good", "one");
    engine.succeed("good", "x".repeat(1024 * 1024), 1, null);

    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(
            letter ->
                assertThat(header(letter, HeaderNames.ERROR_MESSAGE))
                    .hasSize(Limits.MESSAGE_CHARS));
  }

  @Test
  void traceContextOfImpossibleLengthIsNotPassedOn() {
    RecordHeaders headers = new RecordHeaders();
    headers.add(HeaderNames.TRACEPARENT, new byte[5 * 1024 * 1024]);
    engine.send(
        engine.topics.starts(),
        new TestRecord<>(KEY, engine.startBytes("one"), headers, DrivenEngine.NOON));

    assertThat(engine.commandHeaders()).allSatisfy(each -> assertThat(each.toArray()).isEmpty());
  }

  @Test
  void startThatIsTooLargeToWaitGoesToTheDeadLetters() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("own", new byte[Limits.RECORD_BYTES - 1000]);
    engine.send(
        engine.topics.starts(),
        new TestRecord<>(KEY, engine.startBytes("unknown"), headers, DrivenEngine.NOON));

    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(
            letter -> assertThat(header(letter, HeaderNames.ERROR_MESSAGE)).contains("can wait"));
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Bad(byte @Nullable [] key, byte @Nullable [] value) {}

  private Map<String, Bad> poison(String topic) {
    boolean starts = topic.equals(engine.topics.starts());
    boolean completions = topic.equals(engine.topics.completions());
    byte[] good =
        starts
            ? engine.startBytes("one")
            : completions ? engine.completionBytes("only") : engine.controlBytes("enough");
    byte[] other = starts ? engine.completionBytes("only") : engine.startBytes("one");
    byte[] random = new byte[100];
    new Random(7).nextBytes(random);
    byte[] randomBehindAGoodId = good.clone();
    System.arraycopy(random, 0, randomBehindAGoodId, 5, good.length - 5);
    byte[] unknownSchema = good.clone();
    unknownSchema[1] = 0x7f;

    Map<String, Bad> all = new LinkedHashMap<>();
    all.put("random bytes", new Bad(KEY, random));
    all.put("random bytes behind a good schema id", new Bad(KEY, randomBehindAGoodId));
    all.put("truncated", new Bad(KEY, Arrays.copyOf(good, good.length - 1)));
    all.put("too long", new Bad(KEY, Arrays.copyOf(good, good.length + 1)));
    all.put("frame without a record", new Bad(KEY, Arrays.copyOf(good, 5)));
    all.put("no bytes", new Bad(KEY, new byte[0]));
    all.put("unknown schema", new Bad(KEY, unknownSchema));
    all.put("another record", new Bad(KEY, other));
    all.put("text", new Bad(KEY, "{\"definition\":\"one\"}".getBytes(UTF_8)));
    all.put("no value", new Bad(KEY, null));
    all.put("no key", new Bad(null, good));
    all.put("neither", new Bad(null, null));
    all.put("empty key", new Bad(new byte[0], good));
    all.put("control characters", new Bad("a\nb".getBytes(UTF_8), good));
    all.put("no UTF-8", new Bad(new byte[] {(byte) 0xc3, 0x28}, good));
    all.put("long key", new Bad(new byte[Limits.WORKFLOW_ID_BYTES + 1], good));
    return all;
  }
}
