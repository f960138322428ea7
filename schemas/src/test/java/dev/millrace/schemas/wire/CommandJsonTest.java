package dev.millrace.schemas.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepOutput;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandJsonTest {
  private static Payload json(String text) {
    return new Payload("", ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  private static StepCommand full() {
    return new StepCommand(
        "order \"7\"",
        "pay",
        2,
        "payment.v1",
        "order",
        3,
        json("{\n  \"name\": \"Zoë\",\n  \"amount\": 1.50\n}"),
        List.of(new StepOutput("price", json("[1, 2]")), new StepOutput("check", null)),
        "acme",
        7,
        Instant.parse("2026-11-21T10:00:00.250Z"),
        4,
        List.of(json("1"), new Payload("image/png", ByteBuffer.wrap(new byte[] {1, 2, 3}))),
        json("\"half\""),
        60_000L);
  }

  private static StepCommand least() {
    return new StepCommand(
        "w", "s", 1, "t", "d", 1, null, List.of(), "", 5, null, -1, List.of(), null, 0L);
  }

  private static String text(StepCommand command) {
    return new String(CommandJson.write(command), UTF_8);
  }

  @Test
  void everythingThatACommandSaysIsOnOneLine() {
    assertThat(text(full()))
        .isEqualTo(
            "{\"workflowId\":\"order \\\"7\\\"\",\"step\":\"pay\",\"branch\":4,\"attempt\":2,"
                + "\"type\":\"payment.v1\",\"definition\":\"order\",\"definitionVersion\":3,"
                + "\"input\":{\"name\":\"Zoë\",\"amount\":1.50},"
                + "\"dependencies\":[{\"step\":\"price\",\"output\":[1,2]},{\"step\":\"check\"}],"
                + "\"items\":[1,{\"$contentType\":\"image/png\",\"$base64\":\"AQID\"}],"
                + "\"tenant\":\"acme\",\"priority\":7,\"deadline\":\"2026-11-21T10:00:00.250Z\","
                + "\"progress\":\"half\",\"heartbeatMs\":60000}");
  }

  @Test
  void anInputThatIsNestedTooDeepForOtherJsonIsWrittenAsBase64() {
    StepCommand command = least();
    command.setInput(json("[".repeat(499) + "]".repeat(499)));

    assertThat(text(command))
        .contains("\"input\":{\"$contentType\":\"application/json\",\"$base64\":\"W1tb");
  }

  @Test
  void whatIsNotThereIsLeftOut() {
    assertThat(text(least()))
        .isEqualTo(
            "{\"workflowId\":\"w\",\"step\":\"s\",\"attempt\":1,\"type\":\"t\",\"definition\":\"d\","
                + "\"definitionVersion\":1,\"priority\":5}");
  }

  @Test
  void whatIsWrittenCanBeReadAndWrittenAgain() throws MalformedRecordException {
    for (StepCommand command : List.of(full(), least())) {
      StepCommand read = CommandJson.read(CommandJson.write(command));
      assertThat(text(read)).isEqualTo(text(command));
      assertThat(read.getBranch()).isEqualTo(command.getBranch());
      assertThat(read.getTenant()).isEqualTo(command.getTenant());
    }
  }

  @Test
  void fieldsOfANewerEngineAreReadPast() throws MalformedRecordException {
    String newer = text(least()).replace("{\"workflowId\"", "{\"news\":{\"a\":[1]},\"workflowId\"");
    assertThat(text(CommandJson.read(newer.getBytes(UTF_8)))).isEqualTo(text(least()));
  }

  @Test
  void whatIsNoCommandIsRefusedByItsField() {
    assertRefused("[]", "must be a JSON object");
    assertRefused("{\"workflowId\":\"w\"}", "'step': missing");
    assertRefused(text(least()).replace("\"attempt\":1", "\"attempt\":0"), "'attempt': 0");
    assertRefused(text(least()) + "x", "not JSON");
    assertRefused(
        text(least()).replace("}", ",\"dependencies\":[{\"output\":1}]}"),
        "'dependencies[0].step': missing");
  }

  private static void assertRefused(String json, String message) {
    assertThatThrownBy(() -> CommandJson.read(json.getBytes(UTF_8)))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining(message);
  }
}
