package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.ArrayList;
import java.util.List;

/** Results of the items of a batch as the contract's records and as the core's data. */
final class ItemResultCodec {
  private ItemResultCodec() {}

  static List<dev.millrace.schemas.v1.ItemResult> toAvro(List<ItemResult> results) {
    List<dev.millrace.schemas.v1.ItemResult> records = new ArrayList<>(results.size());
    for (ItemResult each : results) {
      records.add(
          new dev.millrace.schemas.v1.ItemResult(
              PayloadCodec.toAvro(each.output()), FailureCodec.toAvro(each.failure())));
    }
    return records;
  }

  static List<ItemResult> fromAvro(List<dev.millrace.schemas.v1.ItemResult> records)
      throws MalformedRecordException {
    if (records.isEmpty()) {
      return List.of();
    }
    List<ItemResult> results = new ArrayList<>(records.size());
    for (int i = 0; i < records.size(); i++) {
      results.add(
          new ItemResult(
              PayloadCodec.fromAvro(records.get(i).getOutput(), "results[" + i + "].output"),
              FailureCodec.fromAvro(records.get(i).getFailure())));
    }
    return results;
  }
}
