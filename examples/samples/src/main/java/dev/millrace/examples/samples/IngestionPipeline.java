package dev.millrace.examples.samples;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.WorkerBuilder;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Extracts, transforms and loads the readings of weather stations, a page at a time. What is loaded
 * is kept here, in place of a data base; thread-safe.
 */
public final class IngestionPipeline implements Sample {
  /** Type of the failure of a row that cannot be read; another attempt cannot help. */
  static final String INVALID_ROW = "InvalidRow";

  private static final int ROWS = 500;

  /** One in so many rows is broken. */
  private static final int BROKEN = 71;

  private final ConcurrentMap<Integer, List<Reading>> tables = new ConcurrentHashMap<>();

  record Page(int page) {}

  record Rows(List<String> rows) {
    Rows {
      rows = List.copyOf(rows);
    }
  }

  record Reading(String station, int minute, double celsius) {}

  /** A page in its form; null for a row that was rejected. */
  record Load(int page, List<@Nullable Reading> readings) {}

  record Expected(int page, int rows) {}

  @Override
  public String name() {
    return "ingestion-pipeline";
  }

  @Override
  public String purpose() {
    return "pages of 500 rows: extracted, transformed 50 rows a command, loaded, verified";
  }

  @Override
  public int workflows() {
    return 200;
  }

  @Override
  public int inFlight() {
    return 20;
  }

  @Override
  public int steps() {
    return 4 + ROWS;
  }

  @Override
  public int depth() {
    return 5;
  }

  @Override
  public Page input(int workflow) {
    return new Page(workflow);
  }

  @Override
  public WorkerBuilder addTo(WorkerBuilder worker) {
    return worker
        .handler("extract", Page.class, IngestionPipeline::extract)
        .handler("transform", IngestionPipeline::transform)
        .handler("load", Load.class, this::load)
        .handler("unload", Page.class, this::unload)
        .handler("verify", Expected.class, this::verify)
        .handler("release", context -> StepResult.succeeded());
  }

  static StepResult extract(Page page, StepContext context) {
    return StepResult.succeeded(
        new Rows(IntStream.range(0, ROWS).mapToObj(row -> row(page.page() * ROWS + row)).toList()));
  }

  private static String row(int number) {
    return number % BROKEN == 0
        ? "station-%d;no reading".formatted(number % 40)
        : "station-%d;%d;%.1f".formatted(number % 40, number % 1_440, celsius(number));
  }

  private static double celsius(int number) {
    return (number * 37 % 500 - 150) / 10.0;
  }

  static StepResult transform(StepContext context) {
    return StepResult.batch(
        context.items(String.class).stream().map(IngestionPipeline::parse).toList());
  }

  static StepResult parse(String row) {
    String[] cells = row.split(";", -1);
    if (cells.length != 3) {
      return StepResult.failedForGood(
          INVALID_ROW, "row '%s': must be station;minute;celsius".formatted(row));
    }
    try {
      return StepResult.succeeded(
          new Reading(cells[0], Integer.parseInt(cells[1]), Double.parseDouble(cells[2])));
    } catch (NumberFormatException e) {
      return StepResult.failedForGood(INVALID_ROW, "row '%s': %s".formatted(row, e.getMessage()));
    }
  }

  /** Puts the page in place of what an earlier attempt may have put there. */
  StepResult load(Load load, StepContext context) {
    tables.put(load.page(), load.readings().stream().filter(Objects::nonNull).toList());
    return StepResult.succeeded();
  }

  StepResult unload(Page page, StepContext context) {
    tables.remove(page.page());
    return StepResult.succeeded();
  }

  StepResult verify(Expected expected, StepContext context) {
    int found = tables.getOrDefault(expected.page(), List.of()).size();
    return found == expected.rows()
        ? StepResult.succeeded()
        : StepResult.failedForGood(
            "RowsMissing",
            "page %d: %d rows are there, %d must be"
                .formatted(expected.page(), found, expected.rows()));
  }

  @Override
  public Verdict check(List<JsonNode> outputs) {
    long loaded = outputs.stream().mapToLong(output -> output.path("loaded").asLong()).sum();
    long rejected = outputs.stream().mapToLong(output -> output.path("rejected").asLong()).sum();
    long broken =
        IntStream.range(0, outputs.size() * ROWS).filter(row -> row % BROKEN == 0).count();
    boolean isRight =
        rejected == broken
            && loaded + rejected == (long) outputs.size() * ROWS
            && IntStream.range(0, outputs.size()).allMatch(this::isStored);
    return new Verdict(
        isRight,
        "%,d rows: %,d loaded, %,d rejected, of which %,d are broken"
            .formatted((long) outputs.size() * ROWS, loaded, rejected, broken));
  }

  /** Whether the table of a page has the readings of its rows, in their order. */
  private boolean isStored(int page) {
    List<Reading> readings =
        IntStream.range(page * ROWS, (page + 1) * ROWS)
            .filter(row -> row % BROKEN != 0)
            .mapToObj(row -> new Reading("station-" + row % 40, row % 1_440, celsius(row)))
            .toList();
    return readings.equals(tables.get(page));
  }
}
