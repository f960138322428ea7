package dev.millrace.orchestrator.store;

import dev.millrace.schemas.Limits;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.WrappedStateStore;
import org.jspecify.annotations.Nullable;

/** Builds the store of workflows: RocksDB with a changelog, behind a {@link RecordCache}. */
public final class WorkflowStores {
  private WorkflowStores() {}

  /**
   * The builder of the workflow store.
   *
   * @param rule holds state back until outputs are acknowledged; null where transactions do it
   * @param budget of all tasks
   */
  public static StoreBuilder<KeyValueStore<Bytes, byte[]>> builder(
      String name, @Nullable OutputsBeforeState rule, CacheBudget budget) {
    return new Cached(
        Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
            .withCachingDisabled()
            .withLoggingEnabled(
                Map.of(
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(Limits.RECORD_BYTES))),
        rule,
        budget);
  }

  /** What lies behind the cache of a store, if it has one. */
  static KeyValueStore<Bytes, byte[]> behindTheCache(KeyValueStore<Bytes, byte[]> store) {
    StateStore behind = store;
    while (behind instanceof WrappedStateStore<?, ?, ?> wrapped) {
      if (wrapped instanceof RecordCache cache) {
        return cache.wrapped();
      }
      behind = wrapped.wrapped();
    }
    return store;
  }

  private record Cached(
      StoreBuilder<KeyValueStore<Bytes, byte[]>> inner,
      @Nullable OutputsBeforeState rule,
      CacheBudget budget)
      implements StoreBuilder<KeyValueStore<Bytes, byte[]>> {
    @Override
    public KeyValueStore<Bytes, byte[]> build() {
      return new RecordCache(inner.build(), rule, budget);
    }

    @Override
    public StoreBuilder<KeyValueStore<Bytes, byte[]>> withCachingEnabled() {
      return this;
    }

    @Override
    public StoreBuilder<KeyValueStore<Bytes, byte[]>> withCachingDisabled() {
      throw new UnsupportedOperationException("without its cache a workflow is written per step");
    }

    @Override
    public StoreBuilder<KeyValueStore<Bytes, byte[]>> withLoggingEnabled(
        Map<String, String> config) {
      return new Cached(inner.withLoggingEnabled(config), rule, budget);
    }

    @Override
    public StoreBuilder<KeyValueStore<Bytes, byte[]>> withLoggingDisabled() {
      return new Cached(inner.withLoggingDisabled(), rule, budget);
    }

    @Override
    public Map<String, String> logConfig() {
      return inner.logConfig();
    }

    @Override
    public boolean loggingEnabled() {
      return inner.loggingEnabled();
    }

    @Override
    public String name() {
      return inner.name();
    }
  }
}
