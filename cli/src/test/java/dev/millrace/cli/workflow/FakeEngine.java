package dev.millrace.cli.workflow;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.UnaryOperator;

/** The HTTP face of an engine that answers what it is told to. */
final class FakeEngine implements AutoCloseable {
  private final HttpServer server;
  private final UnaryOperator<String> answers;
  private final String url;

  /**
   * Starts it.
   *
   * @param answers the answer to a path with its query; empty for one that is not there
   */
  FakeEngine(UnaryOperator<String> answers) throws IOException {
    this.answers = answers;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Where it is, or was. */
  String url() {
    return url;
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] answer = answers.apply(exchange.getRequestURI().toString()).getBytes(UTF_8);
    if (answer.length == 0) {
      exchange.sendResponseHeaders(404, -1);
    } else {
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
