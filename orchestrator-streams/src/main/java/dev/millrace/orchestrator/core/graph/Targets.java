package dev.millrace.orchestrator.core.graph;

import org.jspecify.annotations.Nullable;

/** What a running workflow can be migrated to. */
public interface Targets {
  /** Nothing. */
  Targets NONE =
      new Targets() {
        @Override
        public @Nullable CompiledDefinition definition(String name, int version) {
          return null;
        }

        @Override
        public boolean hasQueue(String queue) {
          return false;
        }
      };

  /** A version of a definition; null when it is not registered. */
  @Nullable CompiledDefinition definition(String name, int version);

  /** Whether commands can be sent to a queue. */
  boolean hasQueue(String queue);
}
