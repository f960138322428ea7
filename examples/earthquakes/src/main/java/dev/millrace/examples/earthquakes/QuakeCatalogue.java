package dev.millrace.examples.earthquakes;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** The quakes of a feed in CSV, and the workflow definition that assesses them. Stateless. */
public final class QuakeCatalogue {
  private static final String CATALOGUE = "earthquakes.csv";
  private static final String DEFINITION = "quake-assessment.yaml";

  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();

  private QuakeCatalogue() {}

  /** All 1,707 events of the USGS feed in the week from 2018-01-31 on. */
  public static List<Quake> oneWeek() {
    try (Reader in = new InputStreamReader(resource(CATALOGUE), StandardCharsets.UTF_8)) {
      return read(in);
    } catch (IOException e) {
      throw new IllegalStateException(CATALOGUE + ": cannot be read from the jar", e);
    }
  }

  /** The definition in YAML. */
  public static byte[] definition() {
    try (InputStream in = resource(DEFINITION)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(DEFINITION + ": cannot be read from the jar", e);
    }
  }

  /**
   * Reads quakes from CSV with a header line.
   *
   * @throws IllegalArgumentException when a column is not there or a number is none; the message
   *     names the line
   */
  static List<Quake> read(Reader csv) throws IOException {
    List<Quake> quakes = new ArrayList<>();
    try (CSVParser rows = FORMAT.parse(csv)) {
      for (CSVRecord row : rows) {
        try {
          quakes.add(quake(row));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "line %d of the catalogue: %s".formatted(rows.getCurrentLineNumber(), e.getMessage()),
              e);
        }
      }
    }
    return quakes;
  }

  private static Quake quake(CSVRecord row) {
    String magnitude = row.get("magnitude");
    return new Quake(
        row.get("id"),
        row.get("time"),
        magnitude.isEmpty() ? null : Double.valueOf(magnitude),
        row.get("place"),
        Double.parseDouble(row.get("longitude")),
        Double.parseDouble(row.get("latitude")),
        Double.parseDouble(row.get("depthKm")),
        row.get("tsunami").equals("1"),
        Integer.parseInt(row.get("significance")),
        row.get("alert"),
        row.get("type"));
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(QuakeCatalogue.class.getResourceAsStream(name), name);
  }
}
