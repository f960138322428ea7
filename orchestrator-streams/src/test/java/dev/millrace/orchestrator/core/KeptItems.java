package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.effect.KeepItems;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Items;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The items that the chunks of a workflow have yet to do. */
final class KeptItems {
  private final Map<ForkedWorkflow.Key, List<Payload>> byChunk = new TreeMap<>();

  Map<ForkedWorkflow.Key, List<Payload>> byChunk() {
    return byChunk;
  }

  void keep(KeepItems keep) {
    Branches branches = keep.branches();
    for (int number = 0; number < branches.chunks().length; number++) {
      byChunk.put(
          new ForkedWorkflow.Key(keep.step(), number),
          keep.items().subList(branches.firstItem(number), branches.firstItem(number + 1)));
    }
  }

  void forget(ForkedWorkflow.Key chunk) {
    byChunk.remove(chunk);
  }

  void forget(int step) {
    byChunk.keySet().removeIf(key -> key.step() == step);
  }

  /** The items of a chunk, which have to be there when they are asked for. */
  Items of(ForkedWorkflow.Key chunk) {
    return new ItemsOf(chunk);
  }

  private final class ItemsOf implements Items {
    private final ForkedWorkflow.Key key;

    ItemsOf(ForkedWorkflow.Key key) {
      this.key = key;
    }

    private List<Payload> all() {
      List<Payload> all = byChunk.get(key);
      if (all == null) {
        throw new AssertionError("the items of chunk %s are gone".formatted(key));
      }
      return all;
    }

    @Override
    public int count() {
      return all().size();
    }

    @Override
    public Payload item(int place) {
      return all().get(place);
    }
  }
}
