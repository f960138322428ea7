package dev.millrace.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.common.base.Ticker;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.schemas.Samples;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.RestService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfluentSchemaRegistryTest {
  private static final Schema THING =
      SchemaBuilder.record("Thing").fields().requiredString("a").endRecord();
  private static final Schema OTHER_THING =
      SchemaBuilder.record("Thing").fields().requiredLong("a").endRecord();
  private static final String NOT_FOUND = "{\"error_code\":40403,\"message\":\"not found\"}";

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private HttpServer stub;
  private volatile int status = 404;
  private volatile String body = NOT_FOUND;
  private final Map<String, String> bodyByPath = new ConcurrentHashMap<>();

  @BeforeEach
  void start() throws IOException {
    stub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    stub.createContext(
        "/",
        exchange -> {
          requests.add(exchange.getRequestURI().getPath());
          authorizations.add(
              String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          String path = exchange.getRequestURI().getPath();
          byte[] bytes = bodyByPath.getOrDefault(path, body).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    stub.start();
  }

  @AfterEach
  void stop() {
    stub.stop(0);
  }

  @Test
  void aRegisteredSchemaIsFoundByItsIdAndTheSameSchemaKeepsIt() {
    SchemaRegistry registry = SchemaRegistries.connect("mock://same-id", Map.of());

    int id = registry.register("things-value", THING);

    assertThat(registry.register("things-value", THING)).isEqualTo(id);
    assertThat(registry.schemaById(id)).isEqualTo(THING);
    assertThat(SchemaRegistries.connect("mock://same-id", Map.of()).schemaById(id))
        .isEqualTo(THING);
  }

  @Test
  void whatIsRegisteredCanBeRegisteredAgainWhileTheRegistryIsAway() throws Exception {
    SchemaRegistry registry;
    byte[] start;
    try (BuiltInRegistry server = BuiltInRegistry.inMemory(0)) {
      registry = SchemaRegistries.connect(server.url(), Map.of());
      start = new AvroCodec<>(WorkflowStart.class, "starts", registry).encode(Samples.start());
    }

    AvroCodec<WorkflowStart> codec = new AvroCodec<>(WorkflowStart.class, "starts", registry);

    assertThat(codec.decode(start)).isEqualTo(Samples.start());
    assertThatThrownBy(() -> new AvroCodec<>(WorkflowStart.class, "other", registry))
        .isInstanceOf(RegistryUnavailableException.class);
  }

  @Test
  void anIncompatibleSchemaIsRefusedSinceTheSubjectIsMadeFullTransitive() throws IOException {
    try (BuiltInRegistry server = BuiltInRegistry.inMemory(0)) {
      SchemaRegistry registry = SchemaRegistries.connect(server.url(), Map.of());
      registry.register("things-value", THING);

      assertThatThrownBy(() -> registry.register("things-value", OTHER_THING))
          .isInstanceOf(IncompatibleSchemaException.class)
          .hasMessageContaining("subject 'things-value'");
    }
  }

  @Test
  void anUnknownIdIsAskedForOnceAWhile() {
    SchemaRegistry registry = stubbed();
    for (int i = 0; i < 50; i++) {
      assertThatThrownBy(() -> registry.schemaById(77)).isInstanceOf(UnknownSchemaException.class);
    }
    assertThat(requests).hasSize(1);

    nanos.addAndGet(ConfluentSchemaRegistry.UNKNOWN_KEPT.plusSeconds(1).toNanos());
    status = 200;
    body = "{\"schema\":\"\\\"long\\\"\"}";
    assertThat(registry.schemaById(77).getType()).isEqualTo(Schema.Type.LONG);
    assertThat(registry.schemaById(77).getType()).isEqualTo(Schema.Type.LONG);
    assertThat(requests).hasSize(2);
  }

  @Test
  void idsThatCannotExistAreNotAskedFor() {
    SchemaRegistry registry = stubbed();

    assertThatThrownBy(() -> registry.schemaById(0)).isInstanceOf(UnknownSchemaException.class);
    assertThatThrownBy(() -> registry.schemaById(-5)).isInstanceOf(UnknownSchemaException.class);
    assertThat(requests).isEmpty();
  }

  @Test
  void aFloodOfRandomIdsReachesTheRegistryAtABoundedRate() {
    SchemaRegistry registry = stubbed();
    List<Class<?>> answers = new ArrayList<>();
    for (int id = 1; id <= 3_000; id++) {
      int wanted = id;
      answers.add(catchThrowable(() -> registry.schemaById(wanted)).getClass());
    }
    assertThat(requests).hasSize(ConfluentSchemaRegistry.LOOKUP_BURST);
    assertThat(answers).endsWith(RegistryUnavailableException.class);

    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    for (int id = 3_001; id <= 6_000; id++) {
      int wanted = id;
      assertThatThrownBy(() -> registry.schemaById(wanted)).isInstanceOf(RuntimeException.class);
    }
    assertThat(requests)
        .hasSize(ConfluentSchemaRegistry.LOOKUP_BURST + ConfluentSchemaRegistry.LOOKUPS_PER_SECOND);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"schemaType\":\"PROTOBUF\",\"schema\":\"syntax = \\\"proto3\\\"; message Thing {}\"}",
        "{\"schemaType\":\"JSON\",\"schema\":\"{\\\"type\\\":\\\"object\\\"}\"}",
        "{\"schemaType\":\"SOMETHING_NEW\",\"schema\":\"\\\"long\\\"\"}",
        "{\"schema\":\"{\\\"type\\\":\\\"nonsense\\\"}\"}",
        "{\"schema\":\"no JSON\"}",
        "{}",
      })
  void aRecordWhoseIdIsOfNoAvroSchemaIsMalformedAndWaitsForNothing(String answer) {
    SchemaRegistry registry = stubbed();
    bodyByPath.put("/subjects/starts-value/versions", "{\"id\":1}");
    status = 200;
    body = "{\"compatibilityLevel\":\"FULL_TRANSITIVE\"}";
    AvroCodec<WorkflowStart> codec = new AvroCodec<>(WorkflowStart.class, "starts", registry);
    requests.clear();
    body = answer;

    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> codec.decode(new byte[] {0, 0, 0, 0, 77}))
          .isInstanceOf(MalformedRecordException.class)
          .hasMessageMatching(
              "(?s)schema id 77 at the registry (is of type|cannot be read|has no).*");
    }
    assertThat(requests).containsExactly("/schemas/ids/77");
  }

  @Test
  void aSchemaNestedTooDeepIsNoReasonToWait() {
    status = 200;
    String arrays = "{\\\"type\\\":\\\"array\\\",\\\"items\\\":";
    body = "{\"schema\":\"" + arrays.repeat(100_000) + "\\\"long\\\"" + "}".repeat(100_000) + "\"}";

    assertThatThrownBy(() -> stubbed().schemaById(5)).isInstanceOf(UnknownSchemaException.class);
  }

  @Test
  void anIdThatTheRegistryRefusesIsNoReasonToWait() {
    body = "{\"error_code\":42201,\"message\":\"no such id\"}";
    for (int refusal : new int[] {400, 410, 422}) {
      status = refusal;
      assertThatThrownBy(() -> stubbed().schemaById(5))
          .isInstanceOf(UnknownSchemaException.class)
          .hasMessageContaining("no such id");
    }
  }

  @Test
  void aSchemaThatRefersToOthersIsReadWithThem() {
    status = 200;
    bodyByPath.put(
        "/schemas/ids/5",
        """
        {"schema": "{\\"type\\":\\"array\\",\\"items\\":\\"Outer\\"}",
         "references": [{"name": "Outer", "subject": "outer", "version": 2}]}""");
    bodyByPath.put(
        "/subjects/outer/versions/2",
        """
        {"schema": "{\\"type\\":\\"record\\",\\"name\\":\\"Outer\\",\\"fields\\":[{\\"name\\":\\"i\\",\\"type\\":\\"Inner\\"}]}",
         "references": [{"name": "Inner", "subject": "inner", "version": 1}]}""");
    bodyByPath.put(
        "/subjects/inner/versions/1",
        """
        {"schema": "{\\"type\\":\\"fixed\\",\\"name\\":\\"Inner\\",\\"size\\":4}"}""");

    Schema found = stubbed().schemaById(5);

    assertThat(found.getElementType().getField("i").schema().getFixedSize()).isEqualTo(4);
  }

  @Test
  void aFailingRegistryIsUnavailableAndNotWrong() {
    status = 500;
    body = "{\"error_code\":50001,\"message\":\"store is down\"}";
    assertUnavailable("store is down");
    body = "<html>";
    assertUnavailable("");
    for (int later : new int[] {401, 403, 407, 408, 429, 302, 503}) {
      status = later;
      assertUnavailable("");
    }
    stub.stop(0);
    assertUnavailable("");
  }

  private void assertUnavailable(String message) {
    SchemaRegistry registry = stubbed();
    assertThatThrownBy(() -> registry.schemaById(5))
        .isInstanceOf(RegistryUnavailableException.class)
        .hasMessageContaining(message);
    assertThatThrownBy(() -> registry.register("things-value", THING))
        .isInstanceOf(RegistryUnavailableException.class)
        .hasMessageContaining("things-value");
  }

  @Test
  void credentialsArePassedOn() {
    body = NOT_FOUND;
    lookUpWith(
        Map.of("basic.auth.credentials.source", "USER_INFO", "basic.auth.user.info", "me:secret"));
    lookUpWith(
        Map.of("bearer.auth.credentials.source", "STATIC_TOKEN", "bearer.auth.token", "t0ken"));

    assertThat(authorizations).containsExactly("Basic bWU6c2VjcmV0", "Bearer t0ken");
  }

  @Test
  void tlsSettingsArePassedOn() {
    assertThatThrownBy(
            () ->
                SchemaRegistries.connect(
                    "https://127.0.0.1:1",
                    Map.of("schema.registry.ssl.truststore.location", "no/such/file.p12")))
        .hasStackTraceContaining("no/such/file.p12");
  }

  @Test
  void credentialsInTheAddressDoNotShowInMessages() {
    status = 500;
    String url = url().replace("http://", "http://me:hunter2@");
    SchemaRegistry registry =
        SchemaRegistries.connect(url, Map.of("basic.auth.credentials.source", "URL"));

    assertThatThrownBy(() -> registry.schemaById(5))
        .isInstanceOf(RegistryUnavailableException.class)
        .hasMessageNotContaining("hunter2");
    assertThat(authorizations).containsExactly("Basic bWU6aHVudGVyMg==");
  }

  @Test
  void otherAddressesAndSettingsAreRefused() {
    assertThatThrownBy(() -> SchemaRegistries.connect("ftp://registry:8081", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "'ftp://registry:8081': must start with http://, https:// or mock://");
    assertThatThrownBy(() -> SchemaRegistries.connect("registry:8081", Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SchemaRegistries.connect("mock://", Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> SchemaRegistries.connect(url(), Map.of("basic.oauth.user", "a", "ssl", "b")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[basic.oauth.user, ssl]: unknown");
  }

  private void lookUpWith(Map<String, String> config) {
    SchemaRegistry registry = SchemaRegistries.connect(url(), config);
    assertThatThrownBy(() -> registry.schemaById(5)).isInstanceOf(UnknownSchemaException.class);
  }

  private SchemaRegistry stubbed() {
    RestService rest = new RestService(url());
    return new ConfluentSchemaRegistry(
        new CachedSchemaRegistryClient(rest, 10),
        new RestSchemaLookup(rest),
        "the registry",
        new Ticker() {
          @Override
          public long read() {
            return nanos.get();
          }
        });
  }

  private String url() {
    return "http://127.0.0.1:" + stub.getAddress().getPort();
  }
}
