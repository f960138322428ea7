package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.state.BatchResults;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.schemas.wire.PayloadJson;
import java.io.ByteArrayOutputStream;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/**
 * The outputs of branches as a JSON array, item by item, each as {@link PayloadJson} writes it;
 * null for one that failed or gave nothing. Not thread-safe.
 */
public final class BranchOutputs {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final long mostBytes;
  private final ByteArrayOutputStream array = new ByteArrayOutputStream();
  private final JsonGenerator json = JSON.createGenerator(array);
  private long bytes;

  /** None yet; takes no more of them when they have some bytes. */
  public BranchOutputs(long mostBytes) {
    this.mostBytes = mostBytes;
    json.writeStartArray();
  }

  /**
   * Adds those of a chunk; answers whether there was room.
   *
   * @param payloads the output of a branch, by its place in the chunk
   */
  public boolean add(PackedWorkflow chunk, IntFunction<@Nullable Payload> payloads) {
    for (int branch = 0; branch < chunk.stepCount() && bytes <= mostBytes; branch++) {
      Payload output = payloads.apply(branch);
      if (output != null && BatchResults.isPacked(output)) {
        BatchResults.unpack(output).forEach(each -> add(each.output()));
      } else {
        add(output);
      }
    }
    return bytes <= mostBytes;
  }

  private void add(@Nullable Payload output) {
    if (output == null) {
      json.writeNull();
      bytes++;
    } else {
      PayloadJson.write(json, output.contentType(), output.data());
      bytes += output.data().length;
    }
  }

  /** The array of all that was added; nothing can be added afterwards. */
  public byte[] toBytes() {
    json.writeEndArray();
    json.close();
    return array.toByteArray();
  }
}
