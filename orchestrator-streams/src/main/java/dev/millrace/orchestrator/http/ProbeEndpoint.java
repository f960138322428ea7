package dev.millrace.orchestrator.http;

import dev.millrace.orchestrator.health.Health;
import java.net.URI;
import java.util.Map;
import java.util.function.Predicate;

/** Says 200 or 503, and the state of the process for people. Thread-safe. */
final class ProbeEndpoint extends GetEndpoint {
  private final Health health;
  private final Predicate<Health> question;

  ProbeEndpoint(Health health, Predicate<Health> question) {
    super("a probe only asks");
    this.health = health;
    this.question = question;
  }

  @Override
  JsonResponse get(URI uri) {
    return new JsonResponse(question.test(health) ? 200 : 503, Map.of("state", health.state()));
  }
}
