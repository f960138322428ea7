package dev.millrace.schemas.wire;

import java.util.HashSet;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;

/**
 * Readies Avro for generated classes, those of the contract and those of applications. Avro makes
 * instances only of classes that the process trusts, and trusts none of an application's own; what
 * it has looked up once it does not check again.
 */
final class GeneratedRecords {
  private static final String PACKAGE = "dev.millrace.schemas.v1";

  private GeneratedRecords() {}

  /** Avro's model of a record class, with every class that the record is made of looked up. */
  static synchronized SpecificData model(Class<? extends SpecificRecordBase> type) {
    SpecificData model = ofLoader(type);
    Set<Schema> named = new HashSet<>();
    collect(model.getSchema(type), new HashSet<>(), named);
    trust(type, named);
    model.setFastReaderEnabled(true);
    named.forEach(model::getClass);
    return model;
  }

  /** A class's own model, which looks for classes where the class itself comes from. */
  private static SpecificData ofLoader(Class<?> type) {
    SpecificData generated = SpecificData.getForClass(type);
    if (generated.getClassLoader().equals(type.getClassLoader())) {
      return generated;
    }
    SpecificData model = new SpecificData(type.getClassLoader());
    generated.getConversions().forEach(model::addLogicalTypeConversion);
    return model;
  }

  /** Trusts a record class and those that it is made of, and no others. */
  private static void trust(Class<? extends SpecificRecordBase> type, Set<Schema> named) {
    ClassSecurityPredicate trusted = ClassSecurityValidator.getGlobal();
    if (trusted.isTrusted(type)) {
      return;
    }
    ClassSecurityPredicate generated;
    if (PACKAGE.equals(type.getPackageName())) {
      generated = candidate -> PACKAGE.equals(candidate.getPackageName());
    } else {
      Set<String> names = new HashSet<>();
      names.add(type.getName());
      named.forEach(schema -> names.add(SpecificData.getClassName(schema)));
      generated = candidate -> names.contains(candidate.getName());
    }
    ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(trusted, generated));
  }

  /** The schemas that have a class of their own. */
  private static void collect(Schema schema, Set<String> done, Set<Schema> named) {
    switch (schema.getType()) {
      case RECORD -> {
        if (done.add(schema.getFullName())) {
          named.add(schema);
          schema.getFields().forEach(field -> collect(field.schema(), done, named));
        }
      }
      case ENUM, FIXED -> named.add(schema);
      case ARRAY -> collect(schema.getElementType(), done, named);
      case MAP -> collect(schema.getValueType(), done, named);
      case UNION -> schema.getTypes().forEach(branch -> collect(branch, done, named));
      case STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {
        // No class of its own.
      }
    }
  }
}
