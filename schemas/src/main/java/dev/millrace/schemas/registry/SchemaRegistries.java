package dev.millrace.schemas.registry;

import com.google.common.base.Ticker;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.RestService;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Connects to a schema registry. */
public final class SchemaRegistries {
  /** Time to connect to the registry when {@code http.connect.timeout.ms} is not set. */
  public static final int CONNECT_TIMEOUT_MS = 5_000;

  /** Time to wait for its answer when {@code http.read.timeout.ms} is not set. */
  public static final int READ_TIMEOUT_MS = 10_000;

  private static final Pattern PASSED_ON =
      Pattern.compile(
          "basic\\.auth\\..+|bearer\\.auth\\..+|schema\\.registry\\.ssl\\..+|proxy\\.(host|port)|http\\.(connect|read)\\.timeout\\.ms");

  private static final String MOCK = "mock://";

  private SchemaRegistries() {}

  /**
   * A registry by its address. Nothing is sent before the first call on it.
   *
   * @param url {@code http://} or {@code https://}, or several of them with commas between, tried
   *     in turn; or {@code mock://scope}, a registry in this process that lasts as long as the
   *     process
   * @param config settings of Confluent's client, passed on as they are: {@code basic.auth.*},
   *     {@code bearer.auth.*}, {@code schema.registry.ssl.*}, {@code proxy.host}, {@code
   *     proxy.port}, {@code http.connect.timeout.ms} and {@code http.read.timeout.ms}
   * @throws IllegalArgumentException for an address of another kind or an unknown setting
   */
  public static SchemaRegistry connect(String url, Map<String, String> config) {
    requireKnown(config);
    if (url.startsWith(MOCK)) {
      return mock(url);
    }
    List<String> urls = Stream.of(url.split(",")).map(String::strip).toList();
    String address = String.join(",", urls.stream().map(SchemaRegistries::checked).toList());
    Map<String, String> settings = new HashMap<>(config);
    settings.putIfAbsent("http.connect.timeout.ms", Integer.toString(CONNECT_TIMEOUT_MS));
    settings.putIfAbsent("http.read.timeout.ms", Integer.toString(READ_TIMEOUT_MS));
    RestService rest = new RestService(urls);
    SchemaRegistryClient client =
        new CachedSchemaRegistryClient(rest, ConfluentSchemaRegistry.MAX_KEPT, settings);
    return new ConfluentSchemaRegistry(
        client, new RestSchemaLookup(rest), address, Ticker.systemTicker());
  }

  private static SchemaRegistry mock(String url) {
    String scope = url.substring(MOCK.length());
    if (!scope.matches("[A-Za-z0-9._-]+")) {
      throw new IllegalArgumentException(
          "registry address '%s': after mock:// comes a name of letters, digits, dots, underscores and hyphens"
              .formatted(url));
    }
    SchemaRegistryClient client = MockSchemaRegistry.getClientForScope(scope);
    SchemaLookup lookup = id -> ((AvroSchema) client.getSchemaById(id)).rawSchema();
    return new ConfluentSchemaRegistry(client, lookup, url, Ticker.systemTicker());
  }

  private static void requireKnown(Map<String, String> config) {
    TreeSet<String> unknown = new TreeSet<>(config.keySet());
    unknown.removeIf(key -> PASSED_ON.matcher(key).matches());
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "registry settings %s: unknown; known are basic.auth.*, bearer.auth.*, schema.registry.ssl.*, proxy.host, proxy.port, http.connect.timeout.ms and http.read.timeout.ms"
              .formatted(unknown));
    }
  }

  /** The address without credentials, once it is known to be one. */
  private static String checked(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("registry address: not a URL: " + e.getReason(), e);
    }
    String scheme = uri.getScheme();
    if (uri.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new IllegalArgumentException(
          "registry address '%s': must start with http://, https:// or mock:// and name a host"
              .formatted(uri.getRawUserInfo() == null ? url : scheme + "://..."));
    }
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return scheme + "://" + uri.getHost() + port + uri.getRawPath();
  }
}
