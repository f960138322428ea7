package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.state.BatchResults;
import dev.millrace.orchestrator.core.state.Payload;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.json.JsonMapper;

/**
 * The outputs of branches as the text of a JSON array, item by item: null for one that failed or
 * gave nothing; what is no JSON as an object with its contentType and, in base64, its data. Not
 * thread-safe.
 */
public final class BranchOutputs {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};

  private final int mostBytes;
  private final ByteArrayOutputStream array = new ByteArrayOutputStream();

  /** None yet; takes no more of them when they have some bytes. */
  public BranchOutputs(int mostBytes) {
    this.mostBytes = mostBytes;
    array.write('[');
  }

  /**
   * Adds those of a chunk; answers whether there was room.
   *
   * @param payloads the output of a branch, by its place in the chunk
   */
  public boolean add(PackedWorkflow chunk, IntFunction<@Nullable Payload> payloads) {
    for (int branch = 0; branch < chunk.stepCount(); branch++) {
      Payload output = payloads.apply(branch);
      if (output != null && BatchResults.isPacked(output)) {
        BatchResults.unpack(output).forEach(each -> add(each.output()));
      } else {
        add(output);
      }
      if (array.size() >= mostBytes) {
        return false;
      }
    }
    return true;
  }

  private void add(@Nullable Payload output) {
    if (array.size() > 1) {
      array.write(',');
    }
    array.writeBytes(output == null ? NULL : text(output));
  }

  private static byte[] text(Payload output) {
    boolean isJson =
        output.contentType().isEmpty() || output.contentType().equals("application/json");
    if (isJson && isOneValue(output.data())) {
      return output.data();
    }
    return JSON.writeValueAsBytes(
        JSON.createObjectNode()
            .put("contentType", output.contentType())
            .put("data", Base64.getEncoder().encodeToString(output.data())));
  }

  private static boolean isOneValue(byte[] data) {
    try (JsonParser parser = JSON.createParser(data)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JacksonException e) {
      return false;
    }
  }

  /** The array of all that was added. */
  public byte[] toBytes() {
    ByteArrayOutputStream whole = new ByteArrayOutputStream(array.size() + 1);
    whole.writeBytes(array.toByteArray());
    whole.write(']');
    return whole.toByteArray();
  }
}
