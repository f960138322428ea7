package dev.millrace.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.Samples;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.ContractSchemas;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaMetadata;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuiltInRegistryTest {
  private static final Schema ONE_FIELD =
      SchemaBuilder.record("Thing").fields().requiredString("a").endRecord();
  private static final Schema FIELD_WITH_DEFAULT =
      SchemaBuilder.record("Thing").fields().requiredString("a").optionalLong("b").endRecord();
  private static final Schema FIELD_WITHOUT_DEFAULT =
      SchemaBuilder.record("Thing").fields().requiredString("a").requiredLong("b").endRecord();
  private static final Schema NO_FIELD = SchemaBuilder.record("Thing").fields().endRecord();

  private BuiltInRegistry registry;
  private CachedSchemaRegistryClient client;

  @BeforeEach
  void start() throws IOException {
    registry = BuiltInRegistry.inMemory(0);
    client = new CachedSchemaRegistryClient(registry.url(), 100);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    registry.close();
  }

  @Test
  void confluentsClientRegistersAndReadsEverythingBack() throws Exception {
    int id = client.register("thing-value", new AvroSchema(ONE_FIELD));
    int second = client.register("thing-value", new AvroSchema(FIELD_WITH_DEFAULT));
    int elsewhere = client.register("other/with space-value", new AvroSchema(ONE_FIELD));
    client.reset();

    assertThat(second).isEqualTo(id + 1);
    assertThat(elsewhere).isEqualTo(id);
    assertThat(client.getAllSubjects()).containsExactly("other/with space-value", "thing-value");
    assertThat(client.getAllVersions("thing-value")).containsExactly(1, 2);
    assertThat(client.getSchemaById(id).rawSchema()).isEqualTo(ONE_FIELD);
    assertThat(client.getId("thing-value", new AvroSchema(ONE_FIELD))).isEqualTo(id);
    assertThat(client.getVersion("thing-value", new AvroSchema(FIELD_WITH_DEFAULT))).isEqualTo(2);
    SchemaMetadata latest = client.getLatestSchemaMetadata("thing-value");
    assertThat(latest.getVersion()).isEqualTo(2);
    assertThat(latest.getId()).isEqualTo(second);
    assertThat(client.getSchemaMetadata("thing-value", 1).getSchema())
        .isEqualTo(ONE_FIELD.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "NONE, true, true, true",
    "BACKWARD, true, false, true",
    "BACKWARD_TRANSITIVE, true, false, true",
    "FORWARD, true, true, false",
    "FORWARD_TRANSITIVE, true, true, false",
    "FULL, true, false, false",
    "FULL_TRANSITIVE, true, false, false"
  })
  void eachLevelAllowsWhatItSays(
      String level, boolean withDefault, boolean withoutDefault, boolean removed) throws Exception {
    client.register("thing-value", new AvroSchema(ONE_FIELD));
    client.updateCompatibility("thing-value", level);

    assertThat(client.getCompatibility("thing-value")).isEqualTo(level);
    assertThat(client.testCompatibility("thing-value", new AvroSchema(FIELD_WITH_DEFAULT)))
        .isEqualTo(withDefault);
    assertThat(client.testCompatibility("thing-value", new AvroSchema(FIELD_WITHOUT_DEFAULT)))
        .isEqualTo(withoutDefault);
    assertThat(client.testCompatibility("thing-value", new AvroSchema(NO_FIELD)))
        .isEqualTo(removed);
  }

  @Test
  void onlyTransitiveLevelsLookBeyondTheLatestVersion() throws Exception {
    Schema optionalA = SchemaBuilder.record("Thing").fields().optionalString("a").endRecord();
    Schema longA = SchemaBuilder.record("Thing").fields().requiredLong("a").endRecord();
    client.register("thing-value", new AvroSchema(optionalA));
    client.register("thing-value", new AvroSchema(NO_FIELD));

    client.updateCompatibility("thing-value", "FORWARD");
    client.register("thing-value", new AvroSchema(longA));

    client.updateCompatibility("thing-value", "FORWARD_TRANSITIVE");
    Schema booleanA = SchemaBuilder.record("Thing").fields().requiredBoolean("a").endRecord();
    assertThatThrownBy(() -> client.register("thing-value", new AvroSchema(booleanA)))
        .isInstanceOfSatisfying(
            RestClientException.class, e -> assertThat(e.getStatus()).isEqualTo(409));
  }

  @Test
  void theRegistrysOwnLevelHoldsForSubjectsWithoutOne() throws Exception {
    assertThat(client.getCompatibility(null)).isEqualTo("BACKWARD");
    client.updateCompatibility(null, "FULL");
    client.register("thing-value", new AvroSchema(ONE_FIELD));

    assertThatThrownBy(() -> client.register("thing-value", new AvroSchema(NO_FIELD)))
        .isInstanceOfSatisfying(
            RestClientException.class, e -> assertThat(e.getErrorCode()).isEqualTo(409));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "GET|/subjects/none/versions||404|40401",
        "GET|/schemas/ids/7||404|40403",
        "GET|/schemas/ids/x||404|40403",
        "GET|/config/none||404|40408",
        "PUT|/config|{\"compatibility\":\"SOME\"}|422|42203",
        "PUT|/config|{}|422|422",
        "POST|/subjects/s/versions|{\"schema\":\"{\"}|422|42201",
        "POST|/subjects/s/versions|{\"schema\":\"int\",\"schemaType\":\"PROTOBUF\"}|422|42201",
        "POST|/subjects/s/versions|{\"schema\"|400|400",
        "POST|/subjects/s|{\"schema\":\"\\\"int\\\"\"}|404|40401",
        "DELETE|/subjects/s||404|404",
        "GET|/nothing||404|404"
      })
  void whatItDoesNotDoIsRefusedWithConfluentsCodes(
      String method, String path, String body, int status, int code) throws Exception {
    HttpResponse<String> response = send(method, path, body == null ? "" : body);

    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body()).contains("\"error_code\":" + code).contains("\"message\":");
  }

  @Test
  void anOversizeRequestIsRefused() throws Exception {
    assertThat(send("POST", "/subjects/s/versions", "x".repeat(1024 * 1024 + 1)).statusCode())
        .isEqualTo(413);
  }

  @Test
  void idsVersionsAndLevelsOutliveARestart(@TempDir Path folder) throws Exception {
    int id;
    try (BuiltInRegistry first = BuiltInRegistry.in(folder, 0)) {
      SchemaRegistry port = SchemaRegistries.connect(first.url(), Map.of());
      port.register("a-value", NO_FIELD);
      id = port.register("events-value", ContractSchemas.of(WorkflowEvents.class));
    }
    Path file = folder.resolve(RegistryJournal.FILE);
    long whole = Files.size(file);
    Files.writeString(file, "{\"subject\":\"cut o", StandardOpenOption.APPEND);

    try (BuiltInRegistry second = BuiltInRegistry.in(folder, 0)) {
      SchemaRegistry port = SchemaRegistries.connect(second.url(), Map.of());
      assertThat(Files.size(file)).isEqualTo(whole);
      assertThat(port.schemaById(id)).isEqualTo(ContractSchemas.of(WorkflowEvents.class));
      assertThat(port.register("events-value", ContractSchemas.of(WorkflowEvents.class)))
          .isEqualTo(id);
      assertThat(port.register("b-value", ONE_FIELD)).isEqualTo(id + 1);
      assertThat(new CachedSchemaRegistryClient(second.url(), 10).getCompatibility("a-value"))
          .isEqualTo("FULL_TRANSITIVE");
    }
  }

  @Test
  void aFolderServesOneRegistryAtATime(@TempDir Path folder) throws Exception {
    try (BuiltInRegistry first = BuiltInRegistry.in(folder, 0)) {
      assertThat(first.url()).startsWith("http://127.0.0.1:");
      assertThatThrownBy(() -> BuiltInRegistry.in(folder, 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use by another registry");
    }
  }

  @Test
  void aDamagedFileIsRefusedAndNamed(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve(RegistryJournal.FILE), "{}\n");
    assertThatThrownBy(() -> BuiltInRegistry.in(folder, 0)).isInstanceOf(IOException.class);

    Files.writeString(folder.resolve(RegistryJournal.FILE), "nonsense\n");
    assertThatThrownBy(() -> BuiltInRegistry.in(folder, 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("schema-registry.jsonl line 1 is damaged");
  }

  @Test
  void recordsGoThroughItEndToEnd() throws Exception {
    AvroCodec<WorkflowEvents> writer = codec();
    AvroCodec<WorkflowEvents> reader = codec();

    assertThat(reader.decode(writer.encode(Samples.events())))
        .hasToString(Samples.events().toString());
  }

  private AvroCodec<WorkflowEvents> codec() {
    return new AvroCodec<>(
        WorkflowEvents.class, "events", SchemaRegistries.connect(registry.url(), Map.of()));
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create(registry.url() + path))
              .method(method, BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    }
  }
}
