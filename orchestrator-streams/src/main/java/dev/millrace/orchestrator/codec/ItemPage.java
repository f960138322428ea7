package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.codec.Packing.getInt;
import static dev.millrace.orchestrator.codec.Packing.putInt;

import dev.millrace.orchestrator.core.state.Items;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.Arrays;
import java.util.List;

/**
 * The items of one chunk of branches as a record, of which one is read without the others: their
 * number and where each ends, 4 bytes each, then the JSON of each. Immutable.
 */
public final class ItemPage implements Items {
  private final byte[] bytes;

  private ItemPage(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The items in a record, which is not copied. */
  public static ItemPage of(byte[] stored) {
    return new ItemPage(stored);
  }

  /** The record of items. */
  public static byte[] toBytes(List<Payload> items) {
    int at = (1 + items.size()) * Integer.BYTES;
    int size = at;
    for (Payload item : items) {
      size += item.data().length;
    }
    byte[] bytes = new byte[size];
    putInt(bytes, 0, items.size());
    for (int i = 0; i < items.size(); i++) {
      byte[] data = items.get(i).data();
      System.arraycopy(data, 0, bytes, at, data.length);
      at += data.length;
      putInt(bytes, (1 + i) * Integer.BYTES, at);
    }
    return bytes;
  }

  @Override
  public int count() {
    return getInt(bytes, 0);
  }

  @Override
  public Payload item(int place) {
    int from = place == 0 ? (1 + count()) * Integer.BYTES : getInt(bytes, place * Integer.BYTES);
    int to = getInt(bytes, (1 + place) * Integer.BYTES);
    return new Payload("", Arrays.copyOfRange(bytes, from, to));
  }
}
