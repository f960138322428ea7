package dev.millrace.orchestrator.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * An answer in JSON.
 *
 * @param status HTTP status
 * @param body what to write
 */
record JsonResponse(int status, Object body) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  static JsonResponse ok(Object body) {
    return new JsonResponse(200, body);
  }

  static JsonResponse error(int status, String message) {
    return new JsonResponse(status, Map.of("error", message));
  }

  void send(HttpExchange exchange) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(body);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    if (status == 503) {
      exchange.getResponseHeaders().set("Retry-After", "1");
    }
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
