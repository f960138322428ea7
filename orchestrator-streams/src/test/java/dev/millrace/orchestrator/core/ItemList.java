package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.state.Items;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;

/** Items that are all at hand. */
record ItemList(List<Payload> items) implements Items {
  @Override
  public int count() {
    return items.size();
  }

  @Override
  public Payload item(int place) {
    return items.get(place);
  }
}
