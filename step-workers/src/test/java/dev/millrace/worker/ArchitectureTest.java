package dev.millrace.worker;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
  private static final String API = "dev.millrace.worker";
  private static final String SPI = "dev.millrace.worker.spi";
  private static final String INTERNAL = "dev.millrace.worker.internal";
  private static final String HTTP = "dev.millrace.worker.http";
  private static final String CACHE = "dev.millrace.worker.cache";
  private static final String RESILIENCE = "dev.millrace.worker.resilience";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.millrace");

  @Test
  void publicSignaturesShowNeitherInternalsNorLibraries() {
    classes()
        .that()
        .resideInAnyPackage(API, SPI, CACHE, HTTP, RESILIENCE)
        .and()
        .arePublic()
        .should(showOnlyApi())
        .check(CLASSES);
  }

  private static ArchCondition<JavaClass> showOnlyApi() {
    return new ArchCondition<>(
        "show neither internals, nor Avro, nor what the optional packages use") {
      @Override
      public void check(JavaClass owner, ConditionEvents events) {
        for (JavaCodeUnit unit : owner.getCodeUnits()) {
          if (isVisible(unit.getModifiers())) {
            Stream.concat(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream())
                .forEach(type -> checkType(unit.getFullName(), type, events));
          }
        }
        for (JavaField field : owner.getFields()) {
          if (isVisible(field.getModifiers())) {
            checkType(field.getFullName(), field.getType(), events);
          }
        }
      }
    };
  }

  private static boolean isVisible(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static void checkType(String where, JavaType type, ConditionEvents events) {
    for (JavaClass shown : type.getAllInvolvedRawTypes()) {
      String home = shown.getPackageName();
      if (home.startsWith(INTERNAL)
          || home.startsWith("org.apache.avro")
          || home.startsWith("org.apache.hc")
          || home.startsWith("io.github.resilience4j")
          || home.startsWith("com.github.benmanes.caffeine")
          || home.startsWith("dev.millrace.schemas.v1")) {
        events.add(SimpleConditionEvent.violated(shown, where + " shows " + shown.getName()));
      }
    }
  }

  @Test
  void internalsAreUsedByTheApiOnly() {
    noClasses()
        .that(are(not(resideInAPackage(API)).and(not(resideInAPackage(INTERNAL)))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(INTERNAL)
        .check(CLASSES);
  }

  @Test
  void whatIsOptionalIsNotKnownToTheRest() {
    noClasses()
        .that()
        .resideInAnyPackage(API, SPI, INTERNAL)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            HTTP,
            "org.apache.hc..",
            RESILIENCE,
            "io.github.resilience4j..",
            CACHE,
            API + ".payload",
            API + ".batch",
            "com.github.benmanes.caffeine..")
        .check(CLASSES);
  }

  @Test
  void workersDoNotKnowTheEngine() {
    noClasses()
        .that()
        .resideInAPackage(API + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.millrace.orchestrator..", "org.apache.kafka.streams..")
        .check(CLASSES);
  }
}
