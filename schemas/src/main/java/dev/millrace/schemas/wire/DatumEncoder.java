package dev.millrace.schemas.wire;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * Writes values of one schema, with every decision that the schema settles taken once. Avro's own
 * writer takes them at each value, and its generated coders leave out records with a timestamp;
 * this one takes a quarter of the time. It knows the types that the contract uses. Thread-safe.
 */
interface DatumEncoder {
  /**
   * Appends a value.
   *
   * @throws IllegalArgumentException when the value does not fit the schema, such as a missing
   *     field
   */
  void write(@Nullable Object value, ByteArrayEncoder out);

  /**
   * The encoder of a schema.
   *
   * @throws IllegalArgumentException for a type that the contract does not use
   */
  static DatumEncoder of(Schema schema) {
    return switch (schema.getType()) {
      case RECORD -> new OfRecord(schema);
      case UNION -> new OfOptional(schema);
      case ARRAY -> new OfArray(of(schema.getElementType()));
      case ENUM ->
          (value, out) -> out.writeLong(schema.getEnumOrdinal(required(Enum.class, value).name()));
      case STRING -> (value, out) -> out.writeString(required(String.class, value));
      case BYTES -> (value, out) -> out.writeBytes(required(ByteBuffer.class, value));
      case BOOLEAN -> (value, out) -> out.writeByte(required(Boolean.class, value) ? 1 : 0);
      case INT -> (value, out) -> out.writeLong(required(Integer.class, value));
      case LONG -> ofLong(schema);
      case DOUBLE -> (value, out) -> out.writeDouble(required(Double.class, value));
      case FLOAT, FIXED, MAP, NULL ->
          throw new IllegalArgumentException("no encoder for schema " + schema);
    };
  }

  private static DatumEncoder ofLong(Schema schema) {
    if (schema.getLogicalType() == null) {
      return (value, out) -> out.writeLong(required(Long.class, value));
    }
    if (schema.getLogicalType().equals(LogicalTypes.timestampMillis())) {
      return (value, out) -> out.writeLong(required(Instant.class, value).toEpochMilli());
    }
    throw new IllegalArgumentException("no encoder for schema " + schema);
  }

  private static <V> V required(Class<V> type, @Nullable Object value) {
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(
          "%s: must be a %s".formatted(value == null ? "no value" : value, type.getSimpleName()));
    }
    return type.cast(value);
  }

  /** Each field in the schema's order. */
  final class OfRecord implements DatumEncoder {
    private final Schema schema;
    private final DatumEncoder[] fields;

    private OfRecord(Schema schema) {
      this.schema = schema;
      this.fields =
          schema.getFields().stream()
              .map(field -> DatumEncoder.of(field.schema()))
              .toArray(DatumEncoder[]::new);
    }

    @Override
    public void write(@Nullable Object value, ByteArrayEncoder out) {
      SpecificRecordBase datum = required(SpecificRecordBase.class, value);
      for (int i = 0; i < fields.length; i++) {
        try {
          fields[i].write(datum.get(i), out);
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              schema.getName() + "." + schema.getFields().get(i).name() + ": " + e.getMessage(), e);
        }
      }
    }
  }

  /** A union of null and one other type. */
  final class OfOptional implements DatumEncoder {
    private final int nullIndex;
    private final DatumEncoder present;

    private OfOptional(Schema union) {
      List<Schema> branches = union.getTypes();
      if (branches.size() != 2 || !union.isNullable()) {
        throw new IllegalArgumentException("no encoder for schema " + union);
      }
      nullIndex = branches.get(0).getType() == Schema.Type.NULL ? 0 : 1;
      present = DatumEncoder.of(branches.get(1 - nullIndex));
    }

    @Override
    public void write(@Nullable Object value, ByteArrayEncoder out) {
      if (value == null) {
        out.writeLong(nullIndex);
      } else {
        out.writeLong(1L - nullIndex);
        present.write(value, out);
      }
    }
  }

  /** All items in one block. */
  final class OfArray implements DatumEncoder {
    private final DatumEncoder item;

    private OfArray(DatumEncoder item) {
      this.item = item;
    }

    @Override
    public void write(@Nullable Object value, ByteArrayEncoder out) {
      List<?> items = required(List.class, value);
      int count = items.size();
      if (count > 0) {
        out.writeLong(count);
        for (int i = 0; i < count; i++) {
          item.write(items.get(i), out);
        }
      }
      out.writeLong(0);
    }
  }
}
