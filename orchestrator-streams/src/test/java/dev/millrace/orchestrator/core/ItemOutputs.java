package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.state.BatchResults;
import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the items of a step gave. */
final class ItemOutputs {
  private ItemOutputs() {}

  /** Those of a step, as far as their chunks keep them; null for those that failed. */
  static List<@Nullable Payload> of(
      Map<ForkedWorkflow.Key, StoredRecord> chunks, int step, int batchSize) {
    List<@Nullable Payload> outputs = new ArrayList<>();
    chunks.forEach(
        (key, chunk) -> {
          for (int i = 0; key.step() == step && i < chunk.state().stepCount(); i++) {
            Payload output = chunk.output(i);
            if (batchSize == 1) {
              outputs.add(output);
            } else if (output != null) {
              BatchResults.unpack(output).stream().map(ItemResult::output).forEach(outputs::add);
            }
          }
        });
    return outputs;
  }

  /** The text for the outputs of items. */
  static String text(List<@Nullable Payload> outputs) {
    StringBuilder text = new StringBuilder("[");
    for (Payload output : outputs) {
      text.append(output == null ? "-" : Arrays.hashCode(output.data())).append(' ');
    }
    return text.append(']').toString();
  }
}
