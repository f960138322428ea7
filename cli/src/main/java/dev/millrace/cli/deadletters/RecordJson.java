package dev.millrace.cli.deadletters;

import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.wire.PayloadJson;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Collection;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/**
 * Records of the contract as JSON: payloads as what they hold, without the fields that are null.
 */
final class RecordJson {
  private RecordJson() {}

  /** A record on one line. */
  static String line(IndexedRecord record) {
    StringWriter line = new StringWriter();
    try (JsonGenerator json = JsonMapper.shared().createGenerator(line)) {
      write(json, record);
    }
    return line.toString();
  }

  private static void write(JsonGenerator json, IndexedRecord record) {
    json.writeStartObject();
    for (Schema.Field field : record.getSchema().getFields()) {
      Object value = record.get(field.pos());
      if (value != null) {
        json.writeName(field.name());
        write(json, value);
      }
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Object value) {
    switch (value) {
      case Payload payload ->
          PayloadJson.write(json, payload.getContentType(), bytes(payload.getData()));
      case IndexedRecord record -> write(json, record);
      case Collection<?> items -> {
        json.writeStartArray();
        items.forEach(item -> write(json, item));
        json.writeEndArray();
      }
      case ByteBuffer data -> json.writeString(Base64.getEncoder().encodeToString(bytes(data)));
      case Integer number -> json.writeNumber(number);
      case Long number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case Boolean truth -> json.writeBoolean(truth);
      default -> json.writeString(value.toString()); // texts, constants and times
    }
  }

  private static byte[] bytes(ByteBuffer data) {
    byte[] bytes = new byte[data.remaining()];
    data.duplicate().get(bytes);
    return bytes;
  }
}
