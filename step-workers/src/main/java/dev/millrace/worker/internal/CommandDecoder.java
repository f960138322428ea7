package dev.millrace.worker.internal;

import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.CommandJson;
import dev.millrace.schemas.wire.JsonIntake;
import dev.millrace.schemas.wire.MalformedRecordException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads commands, in Avro or in JSON as the record's headers say. Not thread-safe. */
final class CommandDecoder {
  private final AvroCodec<StepCommand> avro;

  CommandDecoder(String topic, SchemaRegistry registry) {
    this.avro =
        new AvroCodec<>(StepCommand.class, topic, new PausingRegistry(registry, System::nanoTime));
  }

  /**
   * The command in a record.
   *
   * @throws MalformedRecordException when it is none
   * @throws dev.millrace.schemas.registry.RegistryUnavailableException when its schema is not known
   *     yet and the registry does not answer, or did not a moment ago: then this is thrown at once
   */
  StepCommand decode(ConsumerRecord<byte[], byte[]> record) throws MalformedRecordException {
    byte[] value = record.value();
    if (value == null) {
      throw new MalformedRecordException("a record without a value", null);
    }
    return JsonIntake.isJson(record.headers()) ? CommandJson.read(value) : avro.decode(value);
  }
}
