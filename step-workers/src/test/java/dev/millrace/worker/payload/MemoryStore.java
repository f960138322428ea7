package dev.millrace.worker.payload;

import dev.millrace.worker.spi.PayloadStore;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A store that can be away. */
final class MemoryStore implements PayloadStore {
  final Map<String, byte[]> objects = new ConcurrentHashMap<>();
  volatile boolean isAway;
  private final String name;

  MemoryStore(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void put(String key, byte[] data) throws IOException {
    check();
    objects.put(key, data.clone());
  }

  @Override
  public Optional<byte[]> get(String key, int bytes) throws IOException {
    check();
    return Optional.ofNullable(objects.get(key));
  }

  private void check() throws IOException {
    if (isAway) {
      throw new IOException("connection refused");
    }
  }
}
