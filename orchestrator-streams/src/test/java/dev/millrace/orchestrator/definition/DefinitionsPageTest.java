package dev.millrace.orchestrator.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.decide.EventRoom;
import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.orchestrator.core.definition.DefinitionRule;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.query.ResultsReport;
import dev.millrace.schemas.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DefinitionsPageTest {
  private final String page = read();

  private static String read() {
    try {
      return Files.readString(Path.of("../docs/DEFINITIONS.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> codes() {
    return Stream.of(
            Arrays.stream(SourceRule.values()).map(SourceRule::code),
            Arrays.stream(DefinitionRule.values()).map(DefinitionRule::code),
            Arrays.stream(WarningRule.values()).map(WarningRule::code))
        .flatMap(codes -> codes)
        .toList();
  }

  @Test
  void everyCodeHasOneMeaningAndIsOnThePage() {
    assertThat(codes()).doesNotHaveDuplicates();
    assertThat(codes()).allSatisfy(code -> assertThat(page).contains("`" + code + "`"));
  }

  @Test
  void everyFieldIsOnThePage() {
    for (Class<?> kind : Field.class.getPermittedSubclasses()) {
      assertThat(kind.getEnumConstants())
          .allSatisfy(
              field ->
                  assertThat(page)
                      .containsPattern("\n\\| (`\\w+` )*`" + ((Field) field).text() + "` "));
    }
  }

  @Test
  void everyLimitIsOnThePage() {
    assertThat(page)
        .contains("| steps of a definition | %,d |".formatted(DefinitionLimits.STEPS))
        .contains("all steps together | %,d |".formatted(DefinitionLimits.DEPENDENCIES))
        .contains("failure type | %d characters |".formatted(DefinitionLimits.NAME_CHARS))
        .contains("| queue name | %d characters |".formatted(DefinitionLimits.QUEUE_CHARS))
        .contains("| attempts of a step | %,d |".formatted(DefinitionLimits.ATTEMPTS))
        .contains("| retry coefficient | %.0f |".formatted(DefinitionLimits.COEFFICIENT))
        .contains("in one `nonRetryable` | %d |".formatted(DefinitionLimits.NON_RETRYABLE))
        .contains("of the branches of a step | %,d |".formatted(DefinitionLimits.MAX_PARALLEL))
        .contains("| items of one command | %,d |".formatted(DefinitionLimits.BATCH_SIZE))
        .contains("| items of one command, together | %,d bytes".formatted(Limits.COMMAND_BYTES))
        .contains("attempts together | %,d bytes".formatted(Limits.BATCH_RESULTS_BYTES))
        .contains("that can be read | %,d bytes".formatted(ResultsReport.PAGE_BYTES))
        .contains("of a step or workflow | %,d bytes".formatted(Limits.PAYLOAD_BYTES))
        .contains("of one input, with outputs | %,d bytes".formatted(EventRoom.BYTES))
        .contains("| rounds of a step | %,d |".formatted(DefinitionLimits.ROUNDS))
        .contains("joins a number of them | %d |".formatted(DefinitionLimits.COUNTED_DEPENDENCIES))
        .contains("may ask for | %d |".formatted(DefinitionLimits.AT_LEAST))
        .contains("| cases of a switch | %d |".formatted(DefinitionLimits.CASES))
        .contains("| failure rules of a step | %d |".formatted(DefinitionLimits.FAILURE_RULES))
        .contains("| condition | %,d characters |".formatted(DefinitionLimits.EXPRESSION_CHARS))
        .contains("as JSON | %,d characters |".formatted(DefinitionLimits.TEMPLATE_CHARS))
        .contains("| expressions of a definition | %,d |".formatted(DefinitionLimits.EXPRESSIONS))
        .contains("interval | %d days |".formatted(DefinitionLimits.LONGEST.toDays()))
        .contains("| source | %,d bytes, UTF-8 |".formatted(DefinitionParser.SOURCE_BYTES))
        .contains("| one line of YAML | %,d bytes |".formatted(DefinitionParser.LINE_BYTES))
        .contains("| nesting | %d levels |".formatted(DefinitionParser.DEPTH))
        .contains("YAML aliases | %d each |".formatted(DefinitionParser.ALIASES))
        .contains("no part of the language | %,d |".formatted(DefinitionParser.SKIPPED))
        .contains("in one report | %d, then reading".formatted(DefinitionParser.PROBLEMS))
        .contains("in one report | %d, then the rest".formatted(DefinitionLimits.VIOLATIONS));
  }

  @Test
  void everyDefaultIsOnThePage() {
    assertThat(page)
        .contains("| %d | attempts in all".formatted(RetryDefaults.MAX_ATTEMPTS))
        .contains("| `%s` | wait".formatted(DurationText.print(RetryDefaults.INITIAL_INTERVAL)))
        .contains("| %.0f | factor".formatted(RetryDefaults.COEFFICIENT))
        .contains("| %d times `initialInterval` |".formatted(RetryDefaults.MAX_INTERVAL_FACTOR))
        .contains("| %s | fraction".formatted(RetryDefaults.JITTER))
        .contains("| %d | most rounds".formatted(SettingReader.DEFAULT_ROUNDS))
        .contains("| `%s` | queue of".formatted(DefinitionReader.DEFAULT_QUEUE));
  }

  @Test
  void everyFailureTypeOfTheEngineIsOnThePageAndNoOther() throws Exception {
    List<String> types = new ArrayList<>(List.of("millrace.start-rejected", "millrace.refused"));
    for (java.lang.reflect.Field constant : Failure.class.getFields()) {
      if (constant.getType() == String.class) {
        types.add((String) constant.get(null));
      }
    }
    types.addAll(typesOfChildren());

    List<String> documented =
        Pattern.compile("(?m)^\\| `((?:millrace|child)\\.[a-z.-]*[a-z])` \\| (?:yes|no) \\|")
            .matcher(page)
            .results()
            .map(row -> row.group(1))
            .toList();
    assertThat(documented).containsExactlyInAnyOrderElementsOf(types);
  }

  /** Those that stand where children are started; what a child fails of is made of the others. */
  private static List<String> typesOfChildren() throws IOException {
    Pattern literal = Pattern.compile("\"(child\\.[a-z-]+)\"");
    List<String> types = new ArrayList<>();
    try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
      for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
        literal
            .matcher(Files.readString(source))
            .results()
            .forEach(found -> types.add(found.group(1)));
      }
    }
    assertThat(types).isNotEmpty();
    return types;
  }

  @Test
  void theExampleOnThePageIsAccepted() {
    Matcher matcher = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL).matcher(page);
    List<String> examples = new ArrayList<>();
    while (matcher.find()) {
      examples.add(String.valueOf(matcher.group(1)));
    }
    assertThat(examples)
        .isNotEmpty()
        .allSatisfy(example -> assertThat(Sources.parse(example).problems()).isEmpty());
  }
}
