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
        "{name: w, version: 1, maxParallel: 10, output: {a: [1, null, true, '${steps.a.output}']}, steps: [{id: a}], finally: [{id: b}]}",
        "{name: w, version: 1, maxParallel: 0, output: null, steps: [{id: a}], finally: {}}",
        "{name: w, version: 1, events: workflow, steps: [{id: a}]}",
        "{name: w, version: 1, events: none, steps: [{id: a, events: all}]}",
        "{name: w, version: 1, events: [all], steps: [{id: a}]}",
        "{name: w, version: 1, maxParallel: 10001, steps: [{id: a, maxParallel: 1}]}",
        "{name: w, version: 1, steps: [{id: a}, {id: b}, {id: c, dependsOn: [a, {step: b, when: output.ok}], join: {atLeast: 2}, when: input.n > 1, input: {id: '${input.id}'}}]}",
        "{name: w, version: 1, steps: [{id: a}, {id: b, dependsOn: [{step: 1}, {}, {step: a, if: x}, {step: a, when: 1, case: []}], join: most}]}",
        "{name: w, version: 1, steps: [{id: a, join: 2}, {id: b, join: {}}, {id: c, join: {atLeast: x}}, {id: d, join: []}]}",
        "{name: w, version: 1, steps: [{id: a, scheduleToStart: 1m, scheduleToClose: 10m, heartbeat: 30s}, {id: b, scheduleToStart: 1, scheduleToClose: x, heartbeat: []}]}",
        "{name: w, version: 1, steps: [{id: a, onFailure: {route: b}}, {id: b}, {id: c, onFailure: continue}, {id: d, onFailure: [{types: ['T*'], then: retry}, {then: fail}]}]}",
        "{name: w, version: 1, steps: [{id: a, affinity: '${input.id}'}, {id: b, affinity: [x]}, {id: c, set: 1, affinity: x}, {id: d, signal: go, affinity: x}, {id: e, switch: [{case: x}], affinity: x}, {id: f, affinity: 1}]}",
        "{name: w, version: 1, steps: [{id: a, onFailure: stop}, {id: b, onFailure: {}}, {id: c, onFailure: [{}, x, {types: x, then: y}, {types: [1, ''], then: {to: b}}]}]}",
        "{name: w, version: 1, steps: [{id: a, repeat: {until: output.done, delay: 10s, max: 10000}}, {id: b, repeat: {until: output.done}}]}",
        "{name: w, version: 1, steps: [{id: a, repeat: {delay: 10, max: 0}}, {id: b, repeat: x}, {id: c, repeat: {until: ' ', max: 10001}}]}",
        "{name: w, version: 1, steps: [{id: a, forEach: {items: input.l, maxParallel: 10, batchSize: 1000, tolerate: 5%}}, {id: b, forEach: {items: input.l, tolerate: 5}}]}",
        "{name: w, version: 1, steps: [{id: a, forEach: {maxParallel: 0, batchSize: 0, tolerate: 5.5}}, {id: b, forEach: {items: [], batchSize: 1001, tolerate: five}}]}",
        "{name: w, version: 1, steps: [{id: a, compensate: {type: b, queue: q, input: 1, timeout: 10s, retry: {maxAttempts: 2}}}, {id: b, compensate: {queue: Q, timeout: 1, retry: 1}}]}",
        "{name: w, version: 1, steps: [{id: a, window: {timeZone: Europe/Zurich, days: [MON, SUN], from: '08:00', to: '18:00'}}, {id: b, window: {timeZone: UTC, to: '01:00'}}]}",
        "{name: w, version: 1, steps: [{id: a, window: {timeZone: 1, days: [Monday, 1], from: '8:00', to: '24:00'}}, {id: b, window: {days: []}}]}",
        "{name: w, version: 1, steps: [{id: a, cache: {ttl: 1h, key: '${input.id}'}}, {id: b, cache: {}}, {id: c, cache: {ttl: 1}}]}",
        "{name: w, version: 1, steps: [{id: a, set: null}, {id: b, delay: 10m}, {id: c, delay: '${input.d}'}, {id: d, until: '2027-01-01T00:00:00Z'}, {id: e, until: '${input.t}'}]}",
        "{name: w, version: 1, steps: [{id: a, delay: 10 minutes}, {id: b, delay: 10}, {id: c, until: tomorrow}, {id: d, until: 1}]}",
        "{name: w, version: 1, steps: [{id: a, signal: go}, {id: b, signal: {name: go, schema: {type: object}, form: [x]}}, {id: c, signal: {}}, {id: d, signal: {name: a b}}, {id: e, signal: 1}, {id: f, signal: {name: [], title: x}}]}",
        "{name: w, version: 1, steps: [{id: a, workflow: {definition: s, version: 2, id: x, input: {}, detached: true, onCancel: cancel}}, {id: b, workflow: {definition: s}}]}",
        "{name: w, version: 1, steps: [{id: a, workflow: {version: 0, id: 1, detached: 'yes', onCancel: stop}}, {id: b, workflow: s}, {id: c, workflow: {definition: a b}}]}",
        "{name: w, version: 1, steps: [{id: a, switch: [{case: small, when: input.n < 10}, {case: big}]}, {id: b, dependsOn: [{step: a, case: big}]}]}",
        "{name: w, version: 1, steps: [{id: a, switch: []}, {id: b, switch: {}}, {id: c, switch: [{}, x]}, {id: d, switch: [{case: a b, when: ''}, {case: 1, if: x}]}]}",
        "{name: w, version: 1, steps: [{id: a, set: 1, type: t, queue: q, input: 1}, {id: b, set: 1, delay: 10s}, {id: c, queue: q, signal: go, workflow: {definition: s}}, {id: d, type: t, switch: [{case: x}]}]}",
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
        "{name: w, version: 1, steps: [{id: a, window: {timeZone: Atlantis, from: '01:00'}}]}",
        "{name: w, version: 1, steps: [{id: a, until: '2027-13-01T00:00:00Z'}]}",
        "{name: w, version: 1, steps: [{id: a, onFailure: {route: b}}]}",
        "{name: w, version: 1, steps: [{id: a, delay: 1s, forEach: {items: input.l}}]}",
        "{name: w, version: 1, steps: [{id: a, join: {atLeast: 2}}]}",
      })
  void meaningIsThePartOfTheParser(String yaml) {
    assertThat(refusedBySchema(yaml)).isEmpty();
    assertThat(refusedByParser(yaml)).isNotEmpty();
  }

  @Test
  void everyFieldIsInTheSchemaWithADescription() {
    assertFields("/properties", Field.OfDefinition.class);
    assertFields("/$defs/step/properties", Field.OfStep.class);
    assertFields("/$defs/retry/properties", Field.OfRetry.class);
    assertFields("/$defs/dependency/properties", Field.OfDependency.class);
    assertFields("/$defs/atLeast/properties", Field.OfJoin.class);
    assertFields("/$defs/signal/properties", Field.OfSignal.class);
    assertFields("/$defs/child/properties", Field.OfChild.class);
    assertFields("/$defs/case/properties", Field.OfCase.class);
    assertFields("/$defs/failureRule/properties", Field.OfFailureRule.class);
    assertFields("/$defs/route/properties", Field.OfReaction.class);
    assertFields("/$defs/repeat/properties", Field.OfRepeat.class);
    assertFields("/$defs/forEach/properties", Field.OfForEach.class);
    assertFields("/$defs/compensation/properties", Field.OfCompensation.class);
    assertFields("/$defs/window/properties", Field.OfWindow.class);
    assertFields("/$defs/cache/properties", Field.OfCache.class);
    assertThat(SCHEMA.at("/$defs")).allSatisfy(f -> assertThat(f.has("description")).isTrue());
  }

  private static <F extends Enum<F> & Field> void assertFields(String pointer, Class<F> kind) {
    assertThat(fields(pointer)).isEqualTo(Set.copyOf(Field.texts(kind)));
    assertThat(SCHEMA.at(pointer)).allSatisfy(f -> assertThat(f.has("description")).isTrue());
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
    assertThat(SCHEMA.at("/properties/finally/maxItems").intValue())
        .isEqualTo(DefinitionLimits.STEPS);
    assertThat(SCHEMA.at("/properties/maxParallel/maximum").intValue())
        .isEqualTo(DefinitionLimits.MAX_PARALLEL);
    assertThat(SCHEMA.at("/$defs/forEach/properties/maxParallel/maximum").intValue())
        .isEqualTo(DefinitionLimits.MAX_PARALLEL);
    assertThat(SCHEMA.at("/$defs/forEach/properties/batchSize/maximum").intValue())
        .isEqualTo(DefinitionLimits.BATCH_SIZE);
    assertThat(SCHEMA.at("/$defs/repeat/properties/max/maximum").intValue())
        .isEqualTo(DefinitionLimits.ROUNDS);
    assertThat(SCHEMA.at("/$defs/repeat/properties/max/default").intValue())
        .isEqualTo(SettingReader.DEFAULT_ROUNDS);
    assertThat(SCHEMA.at("/$defs/atLeast/properties/atLeast/maximum").intValue())
        .isEqualTo(DefinitionLimits.AT_LEAST);
    assertThat(SCHEMA.at("/$defs/step/properties/switch/maxItems").intValue())
        .isEqualTo(DefinitionLimits.CASES);
    assertThat(SCHEMA.at("/$defs/step/properties/onFailure/then/maxItems").intValue())
        .isEqualTo(DefinitionLimits.FAILURE_RULES);
    assertThat(SCHEMA.at("/$defs/failureRule/properties/types/maxItems").intValue())
        .isEqualTo(DefinitionLimits.NON_RETRYABLE);
    assertThat(SCHEMA.at("/$defs/condition/maxLength").intValue())
        .isEqualTo(DefinitionLimits.EXPRESSION_CHARS);
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
