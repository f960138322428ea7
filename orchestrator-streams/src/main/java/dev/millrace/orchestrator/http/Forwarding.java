package dev.millrace.orchestrator.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.state.HostInfo;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Asks other engines. Thread-safe. */
final class Forwarding {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final JsonMapper json = JsonMapper.builder().build();

  /**
   * What another engine answers.
   *
   * @throws IOException when it does not, or what answers is no engine
   */
  JsonResponse ask(HostInfo engine, String pathAndQuery) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + address(engine) + pathAndQuery);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).build();
    var response = client.send(request, BodyHandlers.ofByteArray());
    try {
      return new JsonResponse(response.statusCode(), json.readTree(response.body()));
    } catch (JacksonException e) {
      throw new IOException("the answer is no JSON", e);
    }
  }

  static String address(HostInfo engine) {
    return Utils.formatAddress(engine.host(), engine.port());
  }
}
