package dev.millrace.cli.workflow;

import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.schemas.wire.PayloadJson;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/** A payload on a line, for people. */
final class PayloadText {
  /** Longest text; what is longer is cut, JSON output has all of it. */
  private static final int CHARS = 100;

  private PayloadText() {}

  /** JSON without its white space, or the type and the size of other content. */
  static String of(@Nullable Payload payload) {
    if (payload == null) {
      return "";
    }
    if (!payload.contentType().isEmpty() && !payload.contentType().equals("application/json")) {
      return "%s, %d bytes".formatted(payload.contentType(), payload.data().length);
    }
    StringWriter written = new StringWriter();
    try (JsonGenerator json = JsonMapper.shared().createGenerator(written)) {
      PayloadJson.write(json, payload.contentType(), payload.data());
    }
    String text = written.toString();
    return text.length() <= CHARS ? text : text.substring(0, CHARS) + "...";
  }
}
