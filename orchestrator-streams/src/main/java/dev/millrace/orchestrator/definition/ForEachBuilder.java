package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.ForEach;
import java.util.function.Consumer;

/** How a step runs for each item, in the making. One thread. */
public final class ForEachBuilder {
  private int maxParallel;
  private int batchSize = 1;
  private int tolerated;
  private boolean percent;

  private ForEachBuilder() {}

  static ForEach of(String items, Consumer<ForEachBuilder> details) {
    ForEachBuilder builder = new ForEachBuilder();
    details.accept(builder);
    return new ForEach(
        items, builder.maxParallel, builder.batchSize, builder.tolerated, builder.percent);
  }

  /** Most branches that are under way at once; 0, as without, means as many as the engine takes. */
  public ForEachBuilder maxParallel(int branches) {
    this.maxParallel = branches;
    return this;
  }

  /** How many items one command carries. */
  public ForEachBuilder batchSize(int items) {
    this.batchSize = items;
    return this;
  }

  /** How many items may fail before the step does. */
  public ForEachBuilder tolerate(int items) {
    this.tolerated = items;
    this.percent = false;
    return this;
  }

  /** How many items in a hundred may fail before the step does. */
  public ForEachBuilder toleratePercent(int share) {
    this.tolerated = share;
    this.percent = true;
    return this;
  }
}
