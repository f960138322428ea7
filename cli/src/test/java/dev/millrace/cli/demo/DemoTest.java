package dev.millrace.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.dev.LocalEngine;
import dev.millrace.cli.run.PrivateServer;
import dev.millrace.examples.earthquakes.QuakeCatalogue;
import dev.millrace.examples.earthquakes.QuakeWorker;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DemoTest {
  private static final int ALL = 1_707;

  @TempDir private Path folder;

  /** A line of the catalogue, by column. */
  private record Row(List<String> columns, List<String> cells) {
    String get(String column) {
      return cells.get(columns.indexOf(column));
    }
  }

  /** The catalogue, read without anything that the demo reads it with. */
  private static List<Row> catalogue() throws IOException {
    String text;
    try (InputStream in =
        Objects.requireNonNull(QuakeCatalogue.class.getResourceAsStream("earthquakes.csv"))) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    List<List<String>> rows = text.lines().map(DemoTest::cells).toList();
    return rows.stream().skip(1).map(row -> new Row(rows.getFirst(), row)).toList();
  }

  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.add(cell.toString());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString());
    return cells;
  }

  private static <T> Map<String, Long> count(List<T> items, Function<T, String> by) {
    return items.stream().collect(Collectors.groupingBy(by, Collectors.counting()));
  }

  private static String depthClass(double km) {
    return km >= 300 ? "DEEP" : km >= 70 ? "INTERMEDIATE" : "SHALLOW";
  }

  private static String magnitudeClass(String magnitude) {
    if (magnitude.isEmpty()) {
      return "UNKNOWN";
    }
    double m = Double.parseDouble(magnitude);
    if (m < 2) {
      return "MICRO";
    }
    List<String> from2 =
        List.of("MINOR", "MINOR", "LIGHT", "MODERATE", "STRONG", "MAJOR", "GREAT", "GREAT");
    return from2.get((int) Math.floor(m) - 2);
  }

  private static boolean isAlert(Row quake) {
    return Integer.parseInt(quake.get("significance")) >= 600 || !quake.get("alert").isEmpty();
  }

  @Test
  void everyQuakeOfTheCatalogueIsAssessedOnceAndTheTotalsAreThoseOfTheCatalogue()
      throws IOException {
    Path file = folder.resolve("result.jsonl");
    StringWriter table = new StringWriter();
    DemoReport report;
    try (PrivateServer server =
        PrivateServer.start(LocalEngine::start, Optional.empty(), QuakeWorker.QUEUE)) {
      report =
          new Demo(
                  server.connection(),
                  QuakeCatalogue.oneWeek(),
                  file,
                  new PrintWriter(new StringWriter()))
              .run();
    }
    new DemoTable(report, new PrintWriter(table)).print();
    List<Row> expected = catalogue();
    List<JsonNode> results =
        Files.readAllLines(file).stream().map(JsonMapper.shared()::readTree).toList();

    assertThat(expected).hasSize(ALL);
    assertThat(report.complete()).isTrue();
    assertThat(results)
        .extracting(result -> result.path("workflowId").asString())
        .containsExactlyInAnyOrderElementsOf(
            expected.stream().map(quake -> "quake-" + quake.get("id")).toList());
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(result.path("outcome").asString()).isEqualTo("succeeded");
              assertThat(result.path("endedOnce").asBoolean()).isTrue();
            });
    assertThat(count(results, result -> result.at("/quake/depthClass").asString()))
        .isEqualTo(count(expected, quake -> depthClass(Double.parseDouble(quake.get("depthKm")))));
    assertThat(count(results, result -> result.at("/quake/magnitudeClass").asString()))
        .isEqualTo(count(expected, quake -> magnitudeClass(quake.get("magnitude"))));
    assertThat(results.stream().filter(result -> result.at("/quake/magnitude").isNull()).count())
        .isEqualTo(expected.stream().filter(quake -> quake.get("magnitude").isEmpty()).count());
    double joules =
        expected.stream()
            .map(quake -> quake.get("magnitude"))
            .filter(magnitude -> !magnitude.isEmpty())
            .mapToDouble(magnitude -> Math.pow(10, 4.8 + 1.5 * Double.parseDouble(magnitude)))
            .sum();
    assertThat(
            results.stream()
                .mapToDouble(result -> result.at("/quake/energyJoules").asDouble(0))
                .sum())
        .isCloseTo(joules, within(joules * 1e-9));
    assertThat(results.stream().filter(result -> result.at("/alert/alerted").asBoolean()).count())
        .isEqualTo(expected.stream().filter(DemoTest::isAlert).count());
    assertThat(report.steps()).isEqualTo(6 * ALL);
    assertThat(report.attempts()).isEqualTo(report.steps() + report.retries());
    assertThat(report.failures()).containsOnlyKeys("GazetteerBusy");
    assertThat(report.failures().get("GazetteerBusy")).isPositive().isEqualTo(report.retries());
    assertThat(table.toString())
        .contains("1,707 asked for, 1,707 succeeded")
        .contains("10,242 succeeded")
        .contains(" GazetteerBusy (thrown on purpose by the example)")
        .containsSubsequence("ms with one workflow at a time", "ms with all at once")
        .contains("22km NNE of Hualian, Taiwan");
  }

  @Test
  void theCommandRunsTheFirstQuakesAndWritesTheResultFile() throws IOException {
    Path file = folder.resolve("some/result.jsonl");

    CliRun run = CliRun.of("demo", "--count", "21", "--result", file.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .containsSubsequence("all at once 20 workflows", "one by one  1 more", "workflows   21")
        .contains("21 asked for, 21 succeeded")
        .contains("126 succeeded in");
    assertThat(run.err()).isEmpty();
    assertThat(Files.readAllLines(file)).hasSize(21);
  }

  @Test
  void aCountBeyondTheCatalogueIsRefused() {
    CliRun run = CliRun.of("demo", "--count", "1708");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--count 1708: must be 1 to 1707");
  }
}
