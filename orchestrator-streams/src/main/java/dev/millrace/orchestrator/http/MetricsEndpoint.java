package dev.millrace.orchestrator.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers with the meters as Prometheus reads them. Thread-safe. */
final class MetricsEndpoint implements HttpHandler {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsEndpoint.class);

  /** Prometheus' text format, which all its versions take. */
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Supplier<String> scrape;

  MetricsEndpoint(Supplier<String> scrape) {
    this.scrape = scrape;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestMethod().equals("GET")) {
      JsonResponse.error(405, "use GET; meters are only read").send(exchange);
      return;
    }
    byte[] text;
    try {
      text = scrape.get().getBytes(UTF_8);
    } catch (RuntimeException e) {
      LOG.error("the meters cannot be written", e);
      JsonResponse.error(500, "internal error; the log has it").send(exchange);
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
    exchange.sendResponseHeaders(200, text.length);
    exchange.getResponseBody().write(text);
    exchange.close();
  }
}
