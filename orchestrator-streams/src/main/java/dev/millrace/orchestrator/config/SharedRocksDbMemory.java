package dev.millrace.orchestrator.config;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * One block cache and one budget of write buffers for all RocksDB stores of the process. By default
 * each store and task has a block cache of its own. The first store that opens sets the size.
 * Called by Kafka Streams from any thread.
 */
public final class SharedRocksDbMemory implements RocksDBConfigSetter {
  /** Bytes for blocks and write buffers together, of which half at most are write buffers. */
  public static final String BYTES = "millrace.rocksdb.bytes";

  private static final Object LOCK = new Object();
  private static @Nullable Cache cache;
  private static @Nullable WriteBufferManager writeBuffers;

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    synchronized (LOCK) {
      if (cache == null) {
        RocksDB.loadLibrary();
        long bytes = Long.parseLong(String.valueOf(configs.get(BYTES)));
        cache = new LRUCache(bytes);
        writeBuffers = new WriteBufferManager(bytes / 2, cache);
      }
      table.setBlockCache(cache);
      options.setWriteBufferManager(writeBuffers);
    }
    table.setCacheIndexAndFilterBlocks(true);
    table.setCacheIndexAndFilterBlocksWithHighPriority(true);
    table.setPinTopLevelIndexAndFilter(true);
    options.setTableFormatConfig(table);
  }

  @Override
  public void close(String storeName, Options options) {
    // Cache and budget are the process's, not the store's.
  }
}
