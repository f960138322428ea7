package dev.millrace.orchestrator.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.DefinitionDecoder;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.schemas.wire.MalformedRecordException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the definitions topic into the global store and compiles what it reads, at restoring and
 * afterwards. Runs on the global stream thread, which nothing replaces: the decoder's registry must
 * outlast its outages, and a record that cannot be read is ignored, until it is published again or
 * the engine starts again.
 */
public final class DefinitionProcessor implements Processor<Bytes, byte[], Void, Void> {
  private static final Logger LOG = LoggerFactory.getLogger(DefinitionProcessor.class);

  private final String storeName;
  private final DefinitionDecoder decoder;
  private final Definitions definitions;
  private @Nullable KeyValueStore<Bytes, byte[]> store;

  public DefinitionProcessor(String storeName, DefinitionDecoder decoder, Definitions definitions) {
    this.storeName = storeName;
    this.decoder = decoder;
    this.definitions = definitions;
  }

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    store = context.getStateStore(storeName);
  }

  @Override
  public void process(Record<Bytes, byte[]> record) {
    if (record.key() == null || record.value() == null || store == null) {
      LOG.warn(
          "ignored a definition record without key or value: definitions are never deleted,"
              + " workflows may be pinned to them");
      return;
    }
    try {
      CompiledDefinition definition = decoder.decode(record.value());
      switch (definitions.add(definition)) {
        case FIRST -> {
          store.put(record.key(), record.value());
          LOG.info("definition {}/{} is known", definition.name(), definition.version());
        }
        case OTHER ->
            LOG.warn(
                "definition {}/{} was published again with other content; new workflows get the"
                    + " first one that was read, publish the change as a new version",
                definition.name(),
                definition.version());
        case SAME ->
            LOG.debug(
                "definition {}/{} was published again", definition.name(), definition.version());
      }
    } catch (MalformedRecordException e) {
      LOG.error(
          "ignored the definition record with key {}; publish it again: {}",
          new String(record.key().get(), UTF_8),
          e.getMessage());
    }
  }
}
