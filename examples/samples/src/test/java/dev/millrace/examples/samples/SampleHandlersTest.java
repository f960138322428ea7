package dev.millrace.examples.samples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.worker.StepResult;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class SampleHandlersTest {
  @ParameterizedTest
  @CsvSource({"0, 0, 0", "0, 2, 0", "0, 3, 1", "0, 100, 25", "100, 200, 21", "0, 10000, 1229"})
  void primesOfARangeAreCounted(int from, int to, int primes) {
    assertThat(ParallelProcessing.count(new ParallelProcessing.Range(from, to))).isEqualTo(primes);
  }

  @ParameterizedTest
  @CsvSource({"s;1", "s;one;2.0", "s;1;warm", "s;1;2.0;3", "''"})
  void aBrokenRowFailsForGoodAndIsNamed(String row) {
    assertThat(IngestionPipeline.parse(row))
        .isInstanceOfSatisfying(
            StepResult.Failed.class,
            failed -> {
              assertThat(failed.type()).isEqualTo(IngestionPipeline.INVALID_ROW);
              assertThat(failed.message()).startsWith("row '" + row + "'");
              assertThat(failed.retryable()).isFalse();
            });
  }

  @Test
  void aRowBecomesAReading() {
    assertThat(IngestionPipeline.parse("station-3;17;-4.5"))
        .isEqualTo(StepResult.succeeded(new IngestionPipeline.Reading("station-3", 17, -4.5)));
  }

  @Test
  void wrongResultsAreNoticed() {
    for (Sample sample : Sample.all()) {
      assertThat(sample.check(List.of(JsonMapper.shared().readTree("{}"))).isRight())
          .as(sample.name())
          .isFalse();
      assertThat(sample.definition()).as(sample.name()).isNotEmpty();
    }
  }
}
