package dev.millrace.orchestrator.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedPayload;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.codec.SpilledPayloads;
import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.store.ChunkId;
import dev.millrace.orchestrator.store.Keys;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class ResultsReportTest {
  private static final int MIB = 1024 * 1024;

  private final ChunkId id = new ChunkId("w", "each", 1);
  private final KeyValueStore<Bytes, byte[]> store = Stores.inMemoryKeyValueStore("w").get();

  private void store(int... outputBytes) {
    CompiledDefinition definition =
        Definitions.of(
            Arrays.stream(outputBytes)
                .mapToObj(bytes -> Definitions.step("s" + bytes))
                .toArray(dev.millrace.orchestrator.core.definition.StepDefinition[]::new));
    PackedWorkflow chunk = PackedWorkflow.absentChunk();
    chunk.begin(definition.plan(), null, "", 5, 0, 0);
    for (int branch = 0; branch < outputBytes.length; branch++) {
      byte[] json = new byte[outputBytes[branch]];
      Arrays.fill(json, (byte) '1');
      chunk.open(branch, 1, 0);
      chunk.succeed(branch, 1, new Payload("", json), true);
    }
    chunk.setFinishedSteps(outputBytes.length);
    for (SpilledPayloads.Spilled payload : chunk.spilled().take()) {
      store.put(Keys.payload(id.text(), payload.slot()), PackedPayload.toBytes(payload.payload()));
    }
    store.put(Keys.chunk(id), chunk.bytes());
  }

  @Test
  void thereIsNoPageOfAChunkThatThereIsNot() {
    assertThat(ResultsReport.of(store, id)).isNull();
  }

  @Test
  void aPageHasTheResultsOfItsChunk() {
    store(1, 2);

    assertThat(ResultsReport.of(store, id))
        .satisfies(
            page -> {
              assertThat(page.page()).isEqualTo(1);
              assertThat(page.finished()).isTrue();
              assertThat(page.results()).hasToString("[1,11]");
              assertThat(page.error()).isNull();
            });
  }

  @Test
  void aPageThatIsTooLargeSaysSoAndIsNoFailure() {
    store(MIB, MIB - 1, MIB - 2, MIB - 3, MIB - 4, MIB - 5, MIB - 6, MIB - 7, MIB - 8);

    assertThat(ResultsReport.of(store, id))
        .satisfies(
            page -> {
              assertThat(page.results().isNull()).isTrue();
              assertThat(page.error()).contains("page 1 of step 'each'", "8388608 bytes", "events");
            });
  }
}
