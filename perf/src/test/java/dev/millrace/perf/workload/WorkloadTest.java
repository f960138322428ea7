package dev.millrace.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.orchestrator.core.definition.DefinitionValidator;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadTest {
  @ParameterizedTest
  @CsvSource({
    "linear-10, 10, true",
    "diamond-16, 18, false",
    "chain-latency, 10, true",
    "wide-1000, 1002, false",
    "pauses-10, 10, false",
    "pauses-50, 10, false",
    "pauses-100, 1, false",
    "batch-100-by-10, 100, false",
    "batch-1000-by-100, 1000, false",
    "batch-5000-by-100, 5000, false",
    "foreach-100, 100, false",
    "foreach-100000, 100000, false",
    "high-throughput, 3, false",
    "parallel-processing, 503, false",
    "cache-optimized, 1, false",
    "ingestion-pipeline, 504, false"
  })
  void eachWorkloadIsAValidDefinitionOfItsSize(String name, int steps, boolean isChain) {
    Workload workload = Workload.named(name);

    assertThat(DefinitionValidator.validate(workload.definition())).isEmpty();
    assertThat(workload.steps()).isEqualTo(steps);
    assertThat(workload.isChainOfNoOps()).isEqualTo(isChain);
  }

  @Test
  void payloadsHaveTheSizesThatTheFiguresAreQuotedFor() {
    assertThat(Workload.input())
        .asInstanceOf(InstanceOfAssertFactories.BYTE_ARRAY)
        .hasSizeBetween(95, 105);
    assertThat(Workload.output())
        .asInstanceOf(InstanceOfAssertFactories.BYTE_ARRAY)
        .hasSizeBetween(18, 22);
  }

  @Test
  void unknownNameIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> Workload.named("linear-11"))
        .hasMessageContaining("linear-11")
        .hasMessageContaining("diamond-16");
  }
}
