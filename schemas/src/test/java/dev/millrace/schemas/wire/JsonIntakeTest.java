package dev.millrace.schemas.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.Samples;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.DuplicatePolicy;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.ItemResult;
import dev.millrace.schemas.v1.ParentStep;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowStart;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonIntakeTest {
  private final List<String> inlineTexts = new ArrayList<>();
  private final JsonIntake intake =
      new JsonIntake(
          text -> {
            inlineTexts.add(text);
            return Samples.definition();
          });

  @Test
  void aStartMayNameItsDefinitionAlone() throws Exception {
    WorkflowStart start = start("{\"definition\":\"quake\"}");

    assertThat(start).isEqualTo(WorkflowStart.newBuilder().setDefinition("quake").build());
  }

  @Test
  void everyFieldOfAStartIsRead() throws Exception {
    WorkflowStart start =
        start(
            """
            {"definition": "quake", "version": 1, "input": {"place": "Kópavogur", "m": 4.50},
             "tenant": "t", "priority": 7, "deadline": "2026-11-21T12:00:00.123456+02:00",
             "parent": {"workflowId": "p", "step": "s", "attempt": 2, "depth": 1},
             "onDuplicate": "RETURN_EXISTING"}
            """);

    assertThat(start.getVersion()).isEqualTo(1);
    assertThat(start.getTenant()).isEqualTo("t");
    assertThat(start.getPriority()).isEqualTo(7);
    assertThat(start.getDeadline()).isEqualTo(Instant.parse("2026-11-21T10:00:00.123Z"));
    assertThat(start.getInput()).isEqualTo(json("{\"place\": \"Kópavogur\", \"m\": 4.50}"));
    assertThat(start.getParent()).isEqualTo(new ParentStep("p", "s", 2, 1, -1));
    assertThat(start.getOnDuplicate()).isEqualTo(DuplicatePolicy.RETURN_EXISTING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{ \"a\" : [ 1 , 2 ] }",
        "[ ]",
        "[1,{\"$base64\":2}]",
        "\"ö \\u00f6 \\\"\"",
        "-12.50e+3",
        "123456789012345678901234567890",
        "7",
        "true",
        "null"
      })
  void inputIsAnyJsonValueKeptByteForByte(String value) throws Exception {
    assertThat(start("{\"input\": " + value + " ,\"definition\":\"d\"}").getInput())
        .isEqualTo(json(value));
    assertThat(start("{\"definition\":\"d\",\"input\":" + value + "}").getInput())
        .isEqualTo(json(value));
  }

  @Test
  void otherContentComesInBase64() throws Exception {
    Payload input =
        start(
                "{\"definition\":\"d\",\"input\":{\"$base64\":\"AAH/\",\"$contentType\":\"image/png\"}}")
            .getInput();

    assertThat(input.getContentType()).isEqualTo("image/png");
    assertThat(input.getData()).isEqualTo(ByteBuffer.wrap(new byte[] {0, 1, -1}));
  }

  @Test
  void anInlineDefinitionIsHandedOnAsItStandsAndGivesNameAndVersion() throws Exception {
    WorkflowStart start = start("{\"inlineDefinition\":{ \"name\":\"quake\" },\"tenant\":\"t\"}");

    assertThat(inlineTexts).containsExactly("{ \"name\":\"quake\" }");
    assertThat(start.getDefinition()).isEqualTo("quake");
    assertThat(start.getVersion()).isEqualTo(3);
    assertThat(start.getInlineDefinition()).isEqualTo(Samples.definition());
    assertRefused(
        "{\"definition\":\"other\",\"inlineDefinition\":{}}", "'definition': other: must be quake");
    assertRefused("{\"version\":9,\"inlineDefinition\":{}}", "'version': 9: must be 3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|field 'definition': missing",
        "{\"definition\":1}|field 'definition': 1: must be a string",
        "{\"definition\":null}|field 'definition': null: must be a string",
        "{\"definition\":\"d\",\"version\":1.5}|field 'version': 1.5: must be a whole number from 0",
        "{\"definition\":\"d\",\"version\":99999999999}|field 'version': 99999999999: must be",
        "{\"definition\":\"d\",\"version\":\"1\"}|field 'version': \"1\": must be a whole number",
        "{\"definition\":\"d\",\"priority\":10}|field 'priority': 10: must be a whole number from 0 to 9",
        "{\"definition\":\"d\",\"tenant\":[]}|field 'tenant': an array: must be a string",
        "{\"definition\":\"d\",\"deadline\":\"soon\"}|field 'deadline': \"soon\": must be a time such as",
        "{\"definition\":\"d\",\"deadline\":17}|field 'deadline': 17: must be a time such as",
        "{\"definition\":\"d\",\"deadline\":\"+999999999-12-31T23:59:59Z\"}|must be a time such as",
        "{\"definition\":\"d\",\"prioritty\":1}|field 'prioritty': unknown; known are definition, version",
        "{\"definition\":\"d\",\"definition\":\"e\"}|Duplicate",
        "{\"definition\":\"d\",\"input\":{\"a\":1,\"a\":2}}|Duplicate",
        "{\"definition\":\"d\",\"input\":{\"$base64\":\"AA==\"}}|field 'input': an object with '$contentType'",
        "{\"definition\":\"d\",\"input\":{\"$base64\":\"AA==\",\"$contentType\":\"a/b\",\"c\":1}}|and nothing else",
        "{\"definition\":\"d\",\"input\":{\"$base64\":\"*\",\"$contentType\":\"a/b\"}}|field 'input.$base64': not base64",
        "{\"definition\":\"d\",\"input\":{\"$base64\":1,\"$contentType\":\"a/b\"}}|field 'input.$base64': 1: must be",
        "{\"definition\":\"d\",\"inlineDefinition\":\"x\"}|field 'inlineDefinition': \"x\": must be an object",
        "{\"definition\":\"d\",\"onDuplicate\":\"UNKNOWN\"}|field 'onDuplicate': \"UNKNOWN\": must be one of [REJECT,",
        "{\"definition\":\"d\",\"parent\":{\"workflowId\":\"w\",\"step\":\"s\",\"attempt\":1}}|field 'parent.depth': missing",
        "{\"definition\":\"d\",\"parent\":{\"id\":\"w\"}}|field 'parent.id': unknown; known are workflowId, step",
        "{\"definition\":\"d\",\"parent\":\"w\"}|field 'parent': \"w\": must be an object",
        "{\"definition\":\"d\"} {}|must end after its object",
        "{\"definition\":\"d\"|not JSON: line 1, column 18: Unexpected end-of-input: expected close marker for Object",
        "[]|must be a JSON object",
        "quake|not JSON",
        "``|must be a JSON object"
      })
  void whatIsNoStartIsRefusedWithTheFieldAndWhatIsAllowed(String json, String message) {
    assertRefused(json, message);
  }

  @Test
  void deepNestingIsRefusedAtTheLimit() throws Exception {
    int allowed = Limits.JSON_DEPTH - 1;
    start("{\"definition\":\"d\",\"input\":" + "[".repeat(allowed) + "]".repeat(allowed) + "}");

    assertRefused(
        "{\"definition\":\"d\",\"input\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}",
        "not JSON");
    assertRefused(
        "{\"definition\":\"d\",\"input\":"
            + "[".repeat(allowed + 1)
            + "]".repeat(allowed + 1)
            + "}",
        "not JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void textThatIsNotUtf8IsRefused(Charset charset) {
    assertThatThrownBy(() -> intake.start("{\"definition\":\"d\"}".getBytes(charset)))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("not JSON in UTF-8");
  }

  @Test
  void controlsAreRead() throws Exception {
    WorkflowControl control =
        intake.control(
            """
            {"action":"SIGNAL","reason":"no","requestedBy":"me","step":"s","name":"approve",
             "payload":{"by": "me"},"priority":0,"version":2,"dryRun":true,"id":"c-1"}
            """
                .getBytes(UTF_8));

    assertThat(control)
        .isEqualTo(
            WorkflowControl.newBuilder()
                .setAction(ControlAction.SIGNAL)
                .setReason("no")
                .setRequestedBy("me")
                .setStep("s")
                .setName("approve")
                .setPayload(json("{\"by\": \"me\"}"))
                .setPriority(0)
                .setVersion(2)
                .setDryRun(true)
                .setId("c-1")
                .build());
    assertControlRefused(
        "{\"action\":\"UNKNOWN\"}",
        "field 'action': \"UNKNOWN\": must be one of [CANCEL, TERMINATE,");
    assertControlRefused("{\"reason\":\"no\"}", "field 'action': missing");
    assertControlRefused(
        "{\"priority\":-1}", "field 'priority': -1: must be a whole number from 0");
    assertControlRefused("{\"version\":0}", "field 'version': 0: must be a whole number from 1");
    assertControlRefused("{\"dryRun\":1}", "field 'dryRun': 1: must be true or false");
  }

  @Test
  void completionsAreRead() throws Exception {
    StepCompletion completion =
        intake.completion(
            """
            {"step":"s","attempt":2,"status":"FAILED","output":5,"worker":"w",
             "failure":{"type":"Bad","message":"m","retryable":false},
             "startedAt":"2026-11-21T10:00:00Z","endedAt":"2026-11-21T10:00:01Z"}
            """
                .getBytes(UTF_8));

    assertThat(completion.getStatus()).isEqualTo(CompletionStatus.FAILED);
    assertThat(completion.getAttempt()).isEqualTo(2);
    assertThat(completion.getOutput()).isEqualTo(json("5"));
    assertThat(completion.getFailure().getRetryable()).isFalse();
    assertThat(completion.getEndedAt()).isEqualTo(Instant.parse("2026-11-21T10:00:01Z"));
    assertCompletionRefused(
        "{\"step\":\"s\",\"attempt\":1,\"status\":\"FAILED\"}", "field 'failure': missing");
    assertCompletionRefused(
        "{\"step\":\"s\",\"attempt\":0,\"status\":\"SUCCEEDED\"}",
        "field 'attempt': 0: must be a whole number from 1 to 2147483647");
    assertCompletionRefused(
        "{\"step\":\"s\",\"attempt\":1,\"status\":\"DONE\"}",
        "must be one of [SUCCEEDED, FAILED, RUNNING]");
    assertCompletionRefused(
        "{\"step\":\"s\",\"attempt\":1,\"status\":\"FAILED\",\"failure\":{}}",
        "field 'failure.type': missing");
    assertCompletionRefused("{\"failure\":{\"code\":1}}", "field 'failure.code': unknown");
    assertCompletionRefused("{\"failure\":{\"retryable\":\"no\"}}", "must be true or false");
  }

  @Test
  void aBatchesResultsAreReadInTheirOrder() throws Exception {
    StepCompletion completion =
        intake.completion(
            """
            {"step":"s","attempt":1,"status":"SUCCEEDED","branch":3,
             "results":[{"output":[1]},{"failure":{"type":"Bad"}},{}]}
            """
                .getBytes(UTF_8));

    assertThat(completion.getBranch()).isEqualTo(3);
    assertThat(completion.getResults())
        .containsExactly(
            new ItemResult(json("[1]"), null),
            new ItemResult(null, new Failure("Bad", "", true)),
            new ItemResult(null, null));
    assertCompletionRefused("{\"results\":{}}", "field 'results': an object: must be an array");
    assertCompletionRefused("{\"results\":[{},7]}", "field 'results[1]': 7: must be an object");
    assertCompletionRefused(
        "{\"results\":[{\"failure\":{}}]}", "field 'results[0].failure.type': missing");
    assertCompletionRefused("{\"results\":[{\"ok\":1}]}", "field 'results[0].ok': unknown");
    assertCompletionRefused("{\"results\":[{}", "not JSON");
    assertCompletionRefused("{\"branch\":-1}", "field 'branch': -1: must be a whole number");
  }

  @Test
  void aFailureMaySayHowLongToWait() throws Exception {
    StepCompletion completion =
        intake.completion(
            """
            {"step":"s","attempt":1,"status":"FAILED","failure":{"type":"Busy"},"retryAfterMs":90000}
            """
                .getBytes(UTF_8));

    assertThat(completion.getRetryAfterMs()).isEqualTo(90_000);
    assertCompletionRefused(
        "{\"retryAfterMs\":-1}", "field 'retryAfterMs': -1: must be a whole number from 0");
  }

  @Test
  void aHeartbeatIsAStatus() throws Exception {
    assertThat(
            intake
                .completion("{\"step\":\"s\",\"attempt\":1,\"status\":\"RUNNING\"}".getBytes(UTF_8))
                .getStatus())
        .isEqualTo(CompletionStatus.RUNNING);
  }

  @Test
  void theContentTypeHeaderTellsJsonFromAvro() {
    assertThat(JsonIntake.isJson(new RecordHeaders())).isFalse();
    assertThat(isJson("application/json")).isTrue();
    assertThat(isJson("Application/JSON; charset=utf-8")).isTrue();
    assertThat(isJson("application/avro")).isFalse();
    assertThat(JsonIntake.isJson(new RecordHeaders().add(HeaderNames.CONTENT_TYPE, null)))
        .isFalse();
  }

  @Test
  void damagedJsonIsReadOrRefusedAsMalformed() {
    byte[] whole =
        "{\"definition\":\"qu\\u00e4ke\",\"version\":1,\"input\":{\"a\":[1,null,-2.5e3]},\"deadline\":\"2026-11-21T10:00:00Z\",\"inlineDefinition\":{}}"
            .getBytes(UTF_8);
    SplittableRandom random = new SplittableRandom(20261121L);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = whole.clone();
      for (int change = random.nextInt(1, 4); change > 0; change--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        intake.start(damaged);
      } catch (MalformedRecordException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(10_000);
  }

  private void assertRefused(String json, String message) {
    assertThatThrownBy(() -> start(json))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining(message);
  }

  private void assertControlRefused(String json, String message) {
    assertThatThrownBy(() -> intake.control(json.getBytes(UTF_8)))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining(message);
  }

  private void assertCompletionRefused(String json, String message) {
    assertThatThrownBy(() -> intake.completion(json.getBytes(UTF_8)))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining(message);
  }

  private static boolean isJson(String contentType) {
    return JsonIntake.isJson(
        new RecordHeaders().add(HeaderNames.CONTENT_TYPE, contentType.getBytes(UTF_8)));
  }

  private WorkflowStart start(String json) throws MalformedRecordException {
    return intake.start(json.getBytes(UTF_8));
  }

  private static Payload json(String text) {
    return new Payload("", ByteBuffer.wrap(text.getBytes(UTF_8)));
  }
}
