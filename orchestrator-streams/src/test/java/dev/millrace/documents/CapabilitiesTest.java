package dev.millrace.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {
  private static final Pattern ID = Pattern.compile("(S\\d\\.|A)\\d+");

  /** A test or benchmark in a proof: a class, or a class and one of its methods. */
  private static final Pattern PROOF =
      Pattern.compile("`([A-Z]\\w+(?:Test|Benchmark))(?:\\.(\\w+))?`");

  private static final int STATE = 2;
  private static final int PROVED_BY = 4;

  private final List<List<String>> rows =
      Document.read(Document.ROOT.resolve("docs/CAPABILITIES.md"))
          .rows()
          .filter(row -> ID.matcher(row.getFirst()).matches())
          .toList();

  @Test
  void everyCapabilityHasOneRow() {
    List<String> ids =
        Stream.of(
                ids("S0.", 17),
                ids("S1.", 28),
                ids("S2.", 40),
                ids("S3.", 29),
                ids("A", 16),
                ids("S4.", 17))
            .flatMap(each -> each)
            .toList();
    assertThat(rows).extracting(List::getFirst).containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  void everyRowIsInAKnownState() {
    assertThat(rows)
        .allSatisfy(row -> assertThat(row.get(STATE)).isIn("works", "partly", "not yet"));
  }

  @Test
  void whatWorksNamesTheTestThatProvesItAndWhatIsNotThereNamesNone() throws IOException {
    Map<String, String> sources = testSources();
    List<String> wrong = new ArrayList<>();
    for (List<String> row : rows) {
      List<MatchResult> proofs = PROOF.matcher(row.get(PROVED_BY)).results().toList();
      boolean proved = !proofs.isEmpty();
      String state = row.get(STATE);
      if ((state.equals("works") && !proved) || (state.equals("not yet") && proved)) {
        wrong.add("%s: %s with %d proofs".formatted(row.getFirst(), state, proofs.size()));
      }
      for (MatchResult proof : proofs) {
        String source = sources.getOrDefault(proof.group(1), "");
        if (source.isEmpty()
            || (proof.group(2) != null && !source.contains(" " + proof.group(2) + "("))) {
          wrong.add("%s: no test or benchmark %s".formatted(row.getFirst(), proof.group()));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static Stream<String> ids(String prefix, int last) {
    return IntStream.rangeClosed(1, last).mapToObj(number -> prefix + number);
  }

  /** The sources of all tests and benchmarks, by class name. */
  private static Map<String, String> testSources() throws IOException {
    try (Stream<Path> files = Files.walk(Document.ROOT)) {
      return files
          .filter(file -> file.toString().matches(".*(Test|Benchmark)\\.java"))
          .collect(
              Collectors.toMap(
                  file -> file.getFileName().toString().replace(".java", ""),
                  file -> Document.read(file).text(),
                  String::concat));
    }
  }
}
