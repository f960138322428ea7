package dev.millrace.orchestrator.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WorkflowDefinitionSchemaTest {
  private static final JsonNode SCHEMA = read();
  private static final Schema VALIDATOR =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(SCHEMA);

  private static final Pattern SLASH = Pattern.compile("/");

  private static JsonNode read() {
    try (InputStream in =
        Objects.requireNonNull(
            DefinitionParser.class.getResourceAsStream(DefinitionParser.SCHEMA_RESOURCE))) {
      return JsonMapper.shared().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Paths of what the schema refuses, written like the parser's. */
  private static Set<String> refusedBySchema(String yaml) {
    Object document = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    String json = JsonMapper.shared().writeValueAsString(document);
    return VALIDATOR.validate(json, InputFormat.JSON).stream()
        .map(WorkflowDefinitionSchemaTest::path)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String path(Error error) {
    StringBuilder path = new StringBuilder();
    SLASH
        .splitAsStream(error.getInstanceLocation().toString())
        .filter(part -> !part.isEmpty())
        .forEach(
            part ->
                path.append(
                    part.matches("\\d+") ? "[" + part + "]" : (path.isEmpty() ? "" : ".") + part));
    String property = error.getProperty();
    if (property != null) {
      path.append(path.isEmpty() ? "" : ".").append(property);
    }
    return path.toString();
  }

  private static Set<String> refusedByParser(String yaml) {
    return Sources.parse(yaml, SourceFormat.YAML).problems().stream()
        .map(Problem::path)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{name: w, version: 1, steps: [{id: a}]}",
        "{name: w, version: 2.0, timeout: 7d, queue: q-1, steps: [{id: a, type: t.1, queue: r}]}",
        "{name: w, version: 1, retry: {}, steps: [{id: a, dependsOn: []}]}",
        "{name: w, version: 1, timeout: PT100H, steps: [{id: a, timeout: P1DT2H3M4.5S}]}",
        "{name: w, version: 1, retry: {maxAttempts: 1000, initialInterval: 1ms, coefficient: 100, maxInterval: 3650d, jitter: 1, nonRetryable: [A, B b]}, steps: [{id: a}]}",
        "{name: w, version: 1, steps: [{id: a, retry: {coefficient: 1, jitter: 0}}]}",
        "{}",
        "{name: w, version: 1, steps: []}",
        "{name: '', version: 0, steps: [{id: .a}]}",
        "{name: 1, version: '1', steps: {}}",
        "{name: w, version: 1.5, steps: [1, {}, [x], null]}",
        "{name: w, version: 1, steps: [{id: a, typ: b}], more: 1}",
        "{name: w, version: 1, timeout: 5 minutes, steps: [{id: a, timeout: 30}]}",
        "{name: w, version: 1, timeout: 0s, steps: [{id: a, timeout: 01s}, {id: b, timeout: PT}, {id: c, timeout: P}, {id: d, timeout: 1.5h}]}",
        "{name: w, version: 1, queue: Q, steps: [{id: a, queue: a_b}]}",
        "{name: w, version: 1, retry: {maxAttempts: 0, initialInterval: 1, coefficient: 0.5, maxInterval: x, jitter: 1.1, nonRetryable: x}, steps: [{id: a}]}",
        "{name: w, version: 1, retry: {maxAttempts: 1001, coefficient: 100.5, jitter: -1, nonRetryable: ['', 1]}, steps: [{id: a}]}",
        "{name: w, version: 1, retry: null, steps: [{id: a, retry: [], dependsOn: b}]}",
        "{name: w, version: 1, steps: [{id: a}, {id: b, dependsOn: [1, null, [a], a]}]}",
        "{name: w, version: true, steps: [{id: a, retry: {attempts: 3}}]}",
        "{name: w, version: 2147483648, steps: [{id: a, type: 'a b', queue: ''}]}",
      })
  void schemaAndParserAgreeOnStructure(String yaml) {
    assertThat(refusedByParser(yaml)).isEqualTo(refusedBySchema(yaml));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{name: w, version: 1, steps: [{id: a}, {id: a}]}",
        "{name: w, version: 1, steps: [{id: a, dependsOn: [b]}]}",
        "{name: w, version: 1, steps: [{id: a, dependsOn: [a]}]}",
        "{name: w, version: 1, timeout: PT0S, steps: [{id: a}]}",
        "{name: w, version: 1, timeout: 3651d, steps: [{id: a}]}",
        "{name: w, version: 1, retry: {initialInterval: 2s, maxInterval: 1s}, steps: [{id: a}]}",
      })
  void meaningIsThePartOfTheParser(String yaml) {
    assertThat(refusedBySchema(yaml)).isEmpty();
    assertThat(refusedByParser(yaml)).isNotEmpty();
  }

  @Test
  void everyFieldIsInTheSchemaWithADescription() {
    assertThat(fields("/properties")).isEqualTo(Set.copyOf(Field.texts(Field.OF_DEFINITION)));
    assertThat(fields("/$defs/step/properties")).isEqualTo(Set.copyOf(Field.texts(Field.OF_STEP)));
    assertThat(fields("/$defs/retry/properties"))
        .isEqualTo(Set.copyOf(Field.texts(Field.OF_RETRY)));
    for (String at : new String[] {"/properties", "/$defs/step/properties", "/$defs"}) {
      assertThat(SCHEMA.at(at)).allSatisfy(f -> assertThat(f.has("description")).isTrue());
    }
  }

  private static Set<String> fields(String pointer) {
    Collection<String> names = SCHEMA.at(pointer).propertyNames();
    return Set.copyOf(names);
  }

  @Test
  void limitsAndDefaultsInTheSchemaAreThoseOfTheCode() {
    assertThat(SCHEMA.at("/properties/steps/maxItems").intValue())
        .isEqualTo(DefinitionLimits.STEPS);
    assertThat(SCHEMA.at("/$defs/retry/properties/maxAttempts/maximum").intValue())
        .isEqualTo(DefinitionLimits.ATTEMPTS);
    assertThat(SCHEMA.at("/$defs/retry/properties/maxAttempts/default").intValue())
        .isEqualTo(RetryDefaults.MAX_ATTEMPTS);
    assertThat(SCHEMA.at("/$defs/retry/properties/initialInterval/default").stringValue())
        .isEqualTo(DurationText.print(RetryDefaults.INITIAL_INTERVAL));
    assertThat(SCHEMA.at("/$defs/retry/properties/coefficient/maximum").doubleValue())
        .isEqualTo(DefinitionLimits.COEFFICIENT);
    assertThat(SCHEMA.at("/$defs/retry/properties/coefficient/default").doubleValue())
        .isEqualTo(RetryDefaults.COEFFICIENT);
    assertThat(SCHEMA.at("/$defs/retry/properties/jitter/default").doubleValue())
        .isEqualTo(RetryDefaults.JITTER);
    assertThat(SCHEMA.at("/$defs/retry/properties/nonRetryable/maxItems").intValue())
        .isEqualTo(DefinitionLimits.NON_RETRYABLE);
    assertThat(SCHEMA.at("/properties/queue/default").stringValue())
        .isEqualTo(DefinitionReader.DEFAULT_QUEUE);
    assertThat(SCHEMA.at("/$defs/name/pattern").stringValue())
        .isEqualTo("^" + DefinitionLimits.NAME_PATTERN + "$");
    assertThat(SCHEMA.at("/$defs/queue/pattern").stringValue())
        .isEqualTo("^" + DefinitionLimits.QUEUE_PATTERN + "$");
    assertThat(SCHEMA.at("/$defs/duration/anyOf/0/pattern").stringValue())
        .isEqualTo("^" + DurationText.SIMPLE + "$");
    assertThat(SCHEMA.at("/$defs/duration/anyOf/1/pattern").stringValue())
        .isEqualTo("^" + DurationText.ISO + "$");
  }
}
