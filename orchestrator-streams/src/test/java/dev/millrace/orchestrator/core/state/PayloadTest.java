package dev.millrace.orchestrator.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PayloadTest {
  @Test
  void payloadsAreEqualByContentTypeAndBytes() {
    Payload payload = new Payload("text/plain", new byte[] {1, 2});

    assertThat(payload)
        .isEqualTo(new Payload("text/plain", new byte[] {1, 2}))
        .hasSameHashCodeAs(new Payload("text/plain", new byte[] {1, 2}))
        .isNotEqualTo(new Payload("text/html", new byte[] {1, 2}))
        .isNotEqualTo(new Payload("text/plain", new byte[] {1, 3}))
        .isNotEqualTo("text/plain");
  }

  @Test
  void textOfAPayloadDoesNotShowItsContent() {
    assertThat(new Payload("text/plain", new byte[] {1, 2}))
        .hasToString("Payload[text/plain, 2 bytes]");
  }
}
