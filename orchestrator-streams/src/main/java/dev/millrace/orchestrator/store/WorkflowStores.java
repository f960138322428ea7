package dev.millrace.orchestrator.store;

import dev.millrace.schemas.Limits;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/** Builds the store of workflows: RocksDB, behind the record cache, with a changelog. */
public final class WorkflowStores {
  private WorkflowStores() {}

  /**
   * The builder of the workflow store.
   *
   * @param rule holds state back until outputs are acknowledged; null where transactions do it
   * @param cacheWatch told of every write
   */
  public static StoreBuilder<KeyValueStore<Bytes, byte[]>> builder(
      String name, @Nullable OutputsBeforeState rule, RecordCacheWatch cacheWatch) {
    return Stores.keyValueStoreBuilder(
            new Guarded(Stores.persistentKeyValueStore(name), rule, cacheWatch),
            Serdes.Bytes(),
            Serdes.ByteArray())
        .withCachingEnabled()
        .withLoggingEnabled(
            Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(Limits.RECORD_BYTES)));
  }

  private record Guarded(
      KeyValueBytesStoreSupplier supplier,
      @Nullable OutputsBeforeState rule,
      RecordCacheWatch cacheWatch)
      implements KeyValueBytesStoreSupplier {
    @Override
    public String name() {
      return supplier.name();
    }

    @Override
    public KeyValueStore<Bytes, byte[]> get() {
      return new GuardedStore(supplier.get(), rule, cacheWatch);
    }

    @Override
    public String metricsScope() {
      return supplier.metricsScope();
    }
  }
}
