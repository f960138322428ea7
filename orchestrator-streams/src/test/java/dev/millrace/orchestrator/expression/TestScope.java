package dev.millrace.orchestrator.expression;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Scope;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A scope made of JSON texts. It counts the payloads that are looked at. */
final class TestScope implements Scope {
  private final Map<String, Payload> steps = new HashMap<>();
  private final IdentityHashMap<Payload, Object> parsed = new IdentityHashMap<>();
  private @Nullable Payload input;
  private @Nullable Payload output;
  private @Nullable Payload item;

  static TestScope empty() {
    return new TestScope();
  }

  static TestScope ofInput(String json) {
    return empty().input(json);
  }

  static Payload json(String json) {
    return new Payload("", json.getBytes(UTF_8));
  }

  TestScope input(String json) {
    return input(json(json));
  }

  TestScope input(Payload payload) {
    input = payload;
    return this;
  }

  TestScope step(String id, String json) {
    steps.put(id, json(json));
    return this;
  }

  TestScope output(String json) {
    output = json(json);
    return this;
  }

  TestScope item(String json) {
    item = json(json);
    return this;
  }

  /** How many payloads were looked into. */
  int payloadsParsed() {
    return parsed.size();
  }

  @Override
  public @Nullable Payload input() {
    return input;
  }

  @Override
  public @Nullable Payload stepOutput(String step) {
    return steps.get(step);
  }

  @Override
  public @Nullable Payload output() {
    return output;
  }

  @Override
  public @Nullable Payload item() {
    return item;
  }

  @Override
  public int index() {
    return 3;
  }

  @Override
  public String workflowId() {
    return "w-1";
  }

  @Override
  public String tenant() {
    return "acme";
  }

  @Override
  public int priority() {
    return 7;
  }

  @Override
  public Parsed parsed() {
    return new Parsed() {
      @Override
      public Object of(Payload payload, Parser parser) throws EvaluationException {
        Object known = parsed.get(payload);
        if (known == null) {
          known = parser.parse(payload);
          parsed.put(payload, known);
        }
        return known;
      }
    };
  }
}
