package dev.millrace.schemas.registry;

import com.google.common.base.Splitter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A small schema registry for one machine, spoken to as Confluent's: subjects, versions, ids,
 * compatibility, Avro only. It listens on the loopback address alone and asks for no credentials.
 * Given a folder it keeps everything in one file there, so that ids outlive a restart; without one
 * it keeps nothing. Thread-safe.
 */
public final class BuiltInRegistry implements AutoCloseable {
  /** Largest request body, in bytes. */
  public static final int MAX_REQUEST_BYTES = 1024 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(BuiltInRegistry.class);
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Splitter SEGMENTS = Splitter.on('/').omitEmptyStrings();
  private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final RegistryState state;
  private final @Nullable RegistryJournal journal;

  private BuiltInRegistry(
      HttpServer server, RegistryState state, @Nullable RegistryJournal journal) {
    this.server = server;
    this.state = state;
    this.journal = journal;
  }

  /**
   * Starts a registry that forgets everything when it is closed.
   *
   * @param port port to listen on; 0 for any free one
   */
  public static BuiltInRegistry inMemory(int port) throws IOException {
    return started(port, new RegistryState(null), null);
  }

  /**
   * Starts a registry that keeps its state in a folder, and goes on with what is there.
   *
   * @param port port to listen on; 0 for any free one
   * @throws IOException when the port is taken, another registry uses the folder, or what it holds
   *     is damaged
   */
  public static BuiltInRegistry in(Path folder, int port) throws IOException {
    RegistryJournal journal = RegistryJournal.open(folder);
    try {
      return started(port, new RegistryState(journal), journal);
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  private static BuiltInRegistry started(
      int port, RegistryState state, @Nullable RegistryJournal journal) throws IOException {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
    BuiltInRegistry registry = new BuiltInRegistry(HttpServer.create(address, 0), state, journal);
    registry.server.setExecutor(registry.threads);
    registry.server.createContext("/", registry::handle);
    registry.server.start();
    return registry;
  }

  /** Where to reach it, such as {@code http://127.0.0.1:8081}. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Stops listening and lets go of the folder. */
  @Override
  public void close() throws IOException {
    server.stop(0);
    threads.close();
    if (journal != null) {
      journal.close();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      try {
        respond(exchange, 200, answer(exchange));
      } catch (RegistryRefusal e) {
        respond(exchange, e.status(), error(e.code(), e));
      } catch (JacksonException e) {
        respond(exchange, 400, Map.of("error_code", 400, "message", e.getOriginalMessage()));
      } catch (IOException | RuntimeException e) {
        LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
        respond(exchange, 500, error(50001, e));
      }
    }
  }

  private Object answer(HttpExchange exchange) throws RegistryRefusal, IOException {
    List<String> path = segments(exchange);
    String method = exchange.getRequestMethod();
    String root = path.isEmpty() ? "" : path.get(0);
    String route = method + " " + root + "/" + path.size();
    String subject = path.size() > 1 ? path.get(1) : null;
    return switch (route) {
      case "GET /0" -> Map.of();
      case "GET subjects/1" -> state.subjects();
      case "POST subjects/2" -> state.lookUp(named(subject), schema(exchange));
      case "GET config/1", "GET config/2" ->
          Map.of("compatibilityLevel", state.level(subject, orDefault(exchange)).name);
      case "PUT config/1", "PUT config/2" -> {
        String level = text(exchange, "compatibility");
        state.setLevel(subject, level);
        yield Map.of("compatibility", level);
      }
      default -> answerDeep(exchange, route, path);
    };
  }

  private Object answerDeep(HttpExchange exchange, String route, List<String> path)
      throws RegistryRefusal, IOException {
    if (path.size() == 3 && path.get(2).equals("versions")) {
      String subject = path.get(1);
      if (route.equals("POST subjects/3")) {
        return Map.of("id", state.register(subject, schema(exchange)));
      }
      if (route.equals("GET subjects/3")) {
        return IntStream.rangeClosed(1, state.versionCount(subject)).boxed().toList();
      }
    }
    if (route.equals("GET subjects/4") && path.get(2).equals("versions")) {
      return state.version(path.get(1), path.get(3));
    }
    if (route.equals("GET schemas/3") && path.get(1).equals("ids")) {
      return Map.of("schema", state.schema(path.get(2)));
    }
    if (route.equals("POST compatibility/5") && path.get(3).equals("versions")) {
      List<String> problems = state.problemsWith(path.get(2), path.get(4), schema(exchange));
      return Map.of("is_compatible", problems.isEmpty(), "messages", problems);
    }
    throw new RegistryRefusal(
        404, "no such request: " + exchange.getRequestMethod() + " " + exchange.getRequestURI());
  }

  private static String named(@Nullable String subject) {
    return subject == null ? "" : subject;
  }

  private static boolean orDefault(HttpExchange exchange) {
    String query = exchange.getRequestURI().getRawQuery();
    return query != null && query.contains("defaultToGlobal=true");
  }

  private static List<String> segments(HttpExchange exchange) {
    List<String> segments = new ArrayList<>();
    for (String segment : SEGMENTS.split(exchange.getRequestURI().getRawPath())) {
      segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
    }
    return segments;
  }

  private static String schema(HttpExchange exchange) throws RegistryRefusal, IOException {
    JsonNode request = body(exchange);
    String type = request.path("schemaType").asString("AVRO");
    if (!type.equals("AVRO")) {
      throw new RegistryRefusal(42201, "schemaType '%s': must be AVRO".formatted(type));
    }
    if (!request.path("references").isEmpty()) {
      throw new RegistryRefusal(42201, "references: write the whole schema in one text");
    }
    return text(request, "schema");
  }

  private static String text(HttpExchange exchange, String field)
      throws RegistryRefusal, IOException {
    return text(body(exchange), field);
  }

  private static String text(JsonNode request, String field) throws RegistryRefusal {
    JsonNode value = request.path(field);
    if (!value.isString()) {
      throw new RegistryRefusal(422, "field '%s': must be there and a string".formatted(field));
    }
    return value.asString();
  }

  private static JsonNode body(HttpExchange exchange) throws RegistryRefusal, IOException {
    byte[] bytes = exchange.getRequestBody().readNBytes(MAX_REQUEST_BYTES + 1);
    if (bytes.length > MAX_REQUEST_BYTES) {
      throw new RegistryRefusal(
          413, "request body: at most %d bytes are taken".formatted(MAX_REQUEST_BYTES));
    }
    return JSON.readTree(bytes);
  }

  private static Map<String, Object> error(int code, Exception e) {
    return Map.of("error_code", code, "message", String.valueOf(e.getMessage()));
  }

  private static void respond(HttpExchange exchange, int status, Object answer) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(answer);
    exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }
}
