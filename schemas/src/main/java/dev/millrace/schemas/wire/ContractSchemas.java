package dev.millrace.schemas.wire;

import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;

/** The schemas as they are published: what every language sees, free of Java's own hints. */
public final class ContractSchemas {
  private static final String JAVA_STRING = "{\"type\":\"string\",\"avro.java.string\":\"String\"}";

  private ContractSchemas() {}

  /** The published schema of a generated record class. */
  public static Schema of(Class<? extends SpecificRecordBase> type) {
    String generated = SpecificData.get().getSchema(type).toString();
    return new Schema.Parser().parse(generated.replace(JAVA_STRING, "\"string\""));
  }
}
