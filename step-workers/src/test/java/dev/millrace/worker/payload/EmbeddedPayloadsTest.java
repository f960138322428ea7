package dev.millrace.worker.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException.Reason;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Encoded payloads in places of a JSON text. */
final class EmbeddedPayloadsTest extends PayloadCodecsCase {
  @Test
  void encodedPayloadsWithinJsonAreDecodedInTheirPlaces() {
    String item = embedded(gzip.encode(json("{\"n\":1.10,\"t\":\"" + "x".repeat(500) + "\"}")));
    String bytes = embedded(gzip.encode(new Payload("image/png", new byte[500])));
    Payload list =
        json(
            "[%s,null,{\"deep\":[%s]},{\"$base64\":\"\"},12345678901234567890]"
                .formatted(item, bytes));

    assertThat(new String(gzip.decode(list).data(), UTF_8))
        .isEqualTo(
            "[{\"n\":1.10,\"t\":\"%s\"},null,{\"deep\":[{\"$contentType\":\"image/png\",\"$base64\":\"%s\"}]},{\"$base64\":\"\"},12345678901234567890]"
                .formatted("x".repeat(500), Base64.getEncoder().encodeToString(new byte[500])));
  }

  private static String embedded(Payload payload) {
    return "{\"$contentType\":\"%s\",\"$base64\":\"%s\"}"
        .formatted(payload.contentType(), Base64.getEncoder().encodeToString(payload.data()));
  }

  @Test
  void inputThatIsOneEncodedPayloadInJsonIsThatPayload() {
    Payload picture = new Payload("image/png", new byte[500]);

    assertSame(gzip.decode(json(embedded(gzip.encode(picture)))), picture);
  }

  @Test
  void jsonWithoutEncodedPayloadsStaysAsItIs() {
    for (String text :
        List.of(
            "[{\"$contentType\":\"image/png\",\"$base64\":\"AAAA\"}]",
            "{\"$base64\": \"",
            "{\"a\":\"\\\"$base64\\\"\"}")) {
      Payload payload = json(text);
      assertThat(gzip.decode(payload)).isSameAs(payload);
    }
  }

  @Test
  void encodedPayloadsWithinJsonHaveOneLimitTogether() {
    String item = embedded(gzip.encode(json("\"" + "x".repeat(40_000) + "\"")));
    PayloadCodecs bounded = PayloadCodecs.builder().mostBytes(100_000).build();

    assertReason(
        Reason.TOO_LARGE, "", () -> bounded.decode(json("[%s,%s,%s]".formatted(item, item, item))));
    assertThat(bounded.decode(json("[%s,%s]".formatted(item, item))).data()).hasSize(80_007);
  }
}
