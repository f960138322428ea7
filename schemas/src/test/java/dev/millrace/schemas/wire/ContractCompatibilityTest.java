package dev.millrace.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Samples;
import io.confluent.kafka.schemaregistry.CompatibilityChecker;
import io.confluent.kafka.schemaregistry.ParsedSchemaHolder;
import io.confluent.kafka.schemaregistry.SimpleParsedSchemaHolder;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every published schema is kept as {@code contract/v1/X.n.avsc}, n counting from 1. A changed
 * schema needs a next file, and must go with all the earlier ones both ways.
 */
class ContractCompatibilityTest {
  private static final Path PUBLISHED = Path.of("src/test/resources/contract/v1");

  static Stream<Schema> current() {
    return Samples.all().stream().map(SpecificRecordBase::getClass).map(ContractSchemas::of);
  }

  @ParameterizedTest
  @MethodSource("current")
  void everySchemaGoesWithAllThatWerePublished(Schema current) throws IOException {
    assertThat(problems(current))
        .as("%s breaks readers or writers of an earlier version", current.getName())
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("current")
  void everySchemaIsTheLatestThatWasPublished(Schema current) throws IOException {
    List<Schema> published = published(current.getName());

    assertThat(published.getLast())
        .as(
            "%s has changed: add it as %s/%s.%d.avsc",
            current.getName(), PUBLISHED, current.getName(), published.size() + 1)
        .isEqualTo(current);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // a field that old writers do not send
        "{\"name\":\"extra\",\"type\":\"string\"},{\"name\":\"reason\",\"type\":\"string\",\"default\":\"\"",
        // another type
        "{\"name\":\"reason\",\"type\":\"int\",\"default\":0",
        // another name
        "{\"name\":\"because\",\"type\":\"string\""
      })
  void anIncompatibleChangeIsFound(String change) throws IOException {
    Schema current = current("WorkflowControl");
    Schema changed =
        new Schema.Parser()
            .parse(
                current
                    .toString()
                    .replaceFirst(
                        "\\{\"name\":\"reason\",\"type\":\"string\"(,\"doc\":\"[^\"]*\",\"default\":\"\")?",
                        change));

    assertThat(changed).isNotEqualTo(current);
    assertThat(problems(changed)).isNotEmpty();
  }

  @Test
  void aNewStatusAndANewFieldWithADefaultAreCompatible() throws IOException {
    String changed =
        current("StepCompletion")
            .toString()
            .replace("\"FAILED\"]", "\"FAILED\",\"HEARTBEAT\"]")
            .replace(
                "{\"name\":\"worker\"",
                "{\"name\":\"progress\",\"type\":\"int\",\"default\":0},{\"name\":\"worker\"");

    assertThat(problems(new Schema.Parser().parse(changed))).isEmpty();
  }

  private static Schema current(String name) {
    return current().filter(schema -> schema.getName().equals(name)).findFirst().orElseThrow();
  }

  private static List<String> problems(Schema schema) throws IOException {
    List<ParsedSchemaHolder> earlier = new ArrayList<>();
    for (Schema published : published(schema.getName())) {
      earlier.add(new SimpleParsedSchemaHolder(new AvroSchema(published)));
    }
    assertThat(earlier).isNotEmpty();
    return CompatibilityChecker.FULL_TRANSITIVE_CHECKER.isCompatibleWithHolders(
        new AvroSchema(schema), earlier);
  }

  private static List<Schema> published(String name) throws IOException {
    List<Schema> published = new ArrayList<>();
    for (int n = 1; Files.exists(PUBLISHED.resolve(name + "." + n + ".avsc")); n++) {
      published.add(
          new Schema.Parser().parse(PUBLISHED.resolve(name + "." + n + ".avsc").toFile()));
    }
    return published;
  }
}
