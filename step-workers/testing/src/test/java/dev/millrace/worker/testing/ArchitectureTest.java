package dev.millrace.worker.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.millrace.worker.testing");

  @Test
  void internalsOfWorkersAreUsedInTwoPlaces() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(TestWorkers.class.getName())
        .and()
        .doNotHaveFullyQualifiedName(TestClient.class.getName())
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.millrace.worker.internal")
        .check(CLASSES);
  }

  @Test
  void publicMethodsShowNeitherStreamsNorInternalsOfEngineAndWorkers() {
    noMethods()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .should()
        .haveRawReturnType(isHidden())
        .orShould()
        .haveRawParameterTypes(DescribedPredicate.anyElementThat(isHidden()))
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> isHidden() {
    return JavaClass.Predicates.resideInAnyPackage(
        "dev.millrace.worker.internal",
        "org.apache.kafka..",
        "dev.millrace.orchestrator.store",
        "dev.millrace.orchestrator.topology",
        "dev.millrace.orchestrator.processor",
        "dev.millrace.orchestrator.codec");
  }
}
