package dev.millrace.orchestrator.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.millrace.orchestrator.query.NotReadyException;
import java.io.IOException;
import java.net.URI;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers GET requests with JSON, and says what is wrong with others. */
abstract class GetEndpoint implements HttpHandler {
  private static final Logger LOG = LoggerFactory.getLogger(GetEndpoint.class);

  private final String alternative;

  /**
   * An endpoint.
   *
   * @param alternative what to do in place of another method than GET
   */
  GetEndpoint(String alternative) {
    this.alternative = alternative;
  }

  /**
   * The answer.
   *
   * @throws NotReadyException when there is none yet
   * @throws IllegalArgumentException when the request makes no sense
   */
  abstract JsonResponse get(URI uri) throws InterruptedException;

  @Override
  public final void handle(HttpExchange exchange) throws IOException {
    JsonResponse response;
    try {
      response =
          exchange.getRequestMethod().equals("GET")
              ? get(exchange.getRequestURI())
              : JsonResponse.error(405, "use GET; " + alternative);
    } catch (NotReadyException e) {
      response = JsonResponse.error(503, e.getMessage() + "; try again");
    } catch (IllegalArgumentException e) {
      response = JsonResponse.error(400, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      response = JsonResponse.error(503, "the engine is stopping");
    } catch (RuntimeException e) {
      LOG.error("GET {} failed", exchange.getRequestURI(), e);
      response = JsonResponse.error(500, "internal error; the engine's log has it");
    }
    response.send(exchange);
  }
}
