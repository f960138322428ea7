package dev.millrace.schemas.wire;

import java.util.HashSet;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;

/**
 * Readies Avro for the generated classes. Avro makes instances only of classes that the process
 * trusts, and trusts none of an application's own; what it has looked up once it does not check
 * again.
 */
final class GeneratedRecords {
  private static final String PACKAGE = "dev.millrace.schemas.v1";

  private GeneratedRecords() {}

  /** Avro's model of a record class, with every class that the record is made of looked up. */
  static synchronized SpecificData model(Class<? extends SpecificRecordBase> type) {
    ClassSecurityPredicate trusted = ClassSecurityValidator.getGlobal();
    if (!trusted.isTrusted(type)) {
      ClassSecurityPredicate generated = candidate -> PACKAGE.equals(candidate.getPackageName());
      ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(trusted, generated));
    }
    SpecificData model = SpecificData.getForClass(type);
    model.setFastReaderEnabled(true);
    lookUp(model, model.getSchema(type), new HashSet<>());
    return model;
  }

  private static void lookUp(SpecificData model, Schema schema, Set<String> done) {
    switch (schema.getType()) {
      case RECORD -> {
        if (done.add(schema.getFullName())) {
          model.getClass(schema);
          schema.getFields().forEach(field -> lookUp(model, field.schema(), done));
        }
      }
      case ENUM -> model.getClass(schema);
      case ARRAY -> lookUp(model, schema.getElementType(), done);
      case MAP -> lookUp(model, schema.getValueType(), done);
      case UNION -> schema.getTypes().forEach(branch -> lookUp(model, branch, done));
      case FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {
        // No class of its own.
      }
    }
  }
}
