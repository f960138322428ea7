package dev.millrace.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.CaseFormat;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The AsyncAPI document says what the code does: no more, no less. */
class AsyncApiTest {
  private static final Path DOCUMENT = Path.of("src/main/asyncapi/millrace.yaml");
  private static final Path AVRO = Path.of("src/main/avro");

  /** What {@link Topics} names that is no topic. */
  private static final Set<String> OTHER_NAMES =
      Set.of("prefix", "queueOf", "toString", "workerGroup", "workerShareGroup");

  private static final Set<String> JSON_FORMS =
      Set.of("WorkflowStart", "WorkflowControl", "StepCompletion", "WorkflowSchedule");

  private Map<?, ?> document;

  @BeforeEach
  void load() throws IOException {
    try (InputStream in = Files.newInputStream(DOCUMENT)) {
      document = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromInputStream(in);
    }
  }

  @Test
  void itsChannelsAreTheTopics() throws Exception {
    Set<String> topics = new TreeSet<>();
    for (Method method : Topics.class.getDeclaredMethods()) {
      if (method.getReturnType() == String.class && !OTHER_NAMES.contains(method.getName())) {
        Object[] queue =
            method.getParameterCount() == 0 ? new Object[0] : new Object[] {"any-queue"};
        String topic = (String) method.invoke(Topics.standard(), queue);
        topics.add(topic.replace("any-queue", "{queue}"));
      }
    }

    assertThat(topics).hasSize(11);
    assertThat(children("channels").map(channel -> String.valueOf(channel.get("address"))))
        .containsExactlyInAnyOrderElementsOf(topics);
  }

  @Test
  void itsHeadersAreTheHeaderNames() throws Exception {
    Set<Object> names = new HashSet<>();
    for (Field field : HeaderNames.class.getFields()) {
      names.add(field.get(null));
    }
    Set<Object> documented = new HashSet<>();
    for (String schema : List.of("Headers", "JsonHeaders", "DeadLetterHeaders")) {
      documented.addAll(map("components", "schemas", schema, "properties").keySet());
    }

    assertThat(documented).isEqualTo(names);
  }

  @Test
  void everyAvroFileIsASchemaOfItAndEveryTopicsRecordAMessage() throws IOException {
    Set<String> files;
    try (Stream<Path> avro = Files.list(AVRO)) {
      files = avro.map(file -> "../avro/" + file.getFileName()).collect(Collectors.toSet());
    }
    List<Object> references = new ArrayList<>();
    collect(document, "$ref", references);
    Set<String> records =
        Samples.all().stream().map(r -> r.getSchema().getName()).collect(Collectors.toSet());
    Set<Object> messages = new HashSet<>(records);
    JSON_FORMS.forEach(form -> messages.add(form + "Json"));
    messages.add("DeadLetter");
    messages.add("QueueSettings");

    assertThat(references.stream().map(String::valueOf).filter(ref -> ref.endsWith(".avsc")))
        .containsExactlyInAnyOrderElementsOf(files);
    assertThat(map("components", "messages").keySet()).isEqualTo(messages);
    for (String name : records) {
      assertThat(map("components", "messages", name, "payload", "schema").get("$ref"))
          .isEqualTo("#/components/schemas/" + name);
    }
  }

  @Test
  void everyMessageHasAKeyAndHeaders() {
    for (Object name : map("components", "messages").keySet()) {
      String message = String.valueOf(name);

      assertThat(map("components", "messages", message, "bindings", "kafka", "key").get("type"))
          .isEqualTo("string");
      assertThat(map("components", "messages", message, "headers").get("$ref")).isNotNull();
    }
  }

  @Test
  void theJsonFormsHaveTheFieldsOfTheirRecords() {
    for (String form : JSON_FORMS) {
      Schema record =
          Samples.all().stream()
              .map(sample -> sample.getSchema())
              .filter(schema -> schema.getName().equals(form))
              .findFirst()
              .orElseThrow();

      assertThat(map("components", "schemas", form + "Json", "properties").keySet())
          .isEqualTo(
              record.getFields().stream().map(Schema.Field::name).collect(Collectors.toSet()));
    }
  }

  @Test
  void everyReferenceLeadsSomewhereAndEveryChannelIsUsedOnce() {
    List<Object> references = new ArrayList<>();
    collect(document, "$ref", references);
    for (Object reference : references) {
      String target = reference.toString();
      if (target.startsWith("#/")) {
        assertThat(map(target.substring(2).split("/", -1))).as(target).isNotEmpty();
      } else {
        assertThat(DOCUMENT.resolveSibling(target)).exists();
      }
    }
    assertThat(
            children("operations")
                .map(operation -> (Map<?, ?>) operation.get("channel"))
                .map(channel -> String.valueOf(channel.get("$ref"))))
        .containsExactlyInAnyOrderElementsOf(
            map("channels").keySet().stream().map(name -> "#/channels/" + name).toList());
    assertThat(map("channels").keySet())
        .allMatch(
            name -> {
              String address = String.valueOf(map("channels", (String) name).get("address"));
              String kind =
                  address.substring(Topics.DEFAULT_PREFIX.length()).replaceFirst("\\..*", "");
              return CaseFormat.LOWER_HYPHEN.to(CaseFormat.LOWER_CAMEL, kind).equals(name);
            });
  }

  private Map<?, ?> map(String... path) {
    Map<?, ?> map = document;
    for (String step : path) {
      assertThat(map.get(step)).as(String.join("/", path)).isInstanceOf(Map.class);
      map = (Map<?, ?>) map.get(step);
    }
    return map;
  }

  private Stream<Map<?, ?>> children(String... path) {
    return map(path).values().stream().map(child -> (Map<?, ?>) child);
  }

  private static void collect(Object node, String key, List<Object> into) {
    if (node instanceof Map<?, ?> map) {
      map.forEach(
          (name, value) -> {
            if (key.equals(name)) {
              into.add(value);
            } else {
              collect(value, key, into);
            }
          });
    } else if (node instanceof Collection<?> items) {
      items.forEach(item -> collect(item, key, into));
    }
  }
}
