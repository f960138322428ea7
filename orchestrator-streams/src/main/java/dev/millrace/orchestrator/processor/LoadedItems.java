package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.core.state.Items;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.store.ChunkId;
import dev.millrace.orchestrator.store.WorkflowStore;
import org.jspecify.annotations.Nullable;

/** The items of a chunk, looked up when they are asked for. Not thread-safe. */
final class LoadedItems implements Items {
  private final WorkflowStore store;
  private final ChunkId chunk;
  private @Nullable Items items;

  LoadedItems(WorkflowStore store, ChunkId chunk) {
    this.store = store;
    this.chunk = chunk;
  }

  private Items items() {
    if (items == null) {
      items = store.itemsOf(chunk);
    }
    return items;
  }

  @Override
  public int count() {
    return items().count();
  }

  @Override
  public Payload item(int place) {
    return items().item(place);
  }
}
