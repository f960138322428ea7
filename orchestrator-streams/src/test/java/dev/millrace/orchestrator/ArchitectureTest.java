package dev.millrace.orchestrator;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.millrace.orchestrator.core.state.WorkflowState;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The walls between the rooms of the engine. */
class ArchitectureTest {
  private static final String ROOT = "dev.millrace.orchestrator";
  private static final String CORE = ROOT + ".core..";

  private static final JavaClasses ENGINE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void coreImportsTheJdkAndItselfAlone() {
    check(
        classes()
            .that()
            .resideInAPackage(CORE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", CORE)
            .because(
                "decisions must run and be tested without Kafka, Avro or any other library;"
                    + " convert in codec, do I/O in the shell"));
  }

  @Test
  void coreSeesNoClockChanceOrThread() {
    check(
        noClasses()
            .that()
            .resideInAPackage(CORE)
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(
                Clock.class,
                Thread.class,
                Random.class,
                SplittableRandom.class,
                ThreadLocalRandom.class,
                UUID.class)
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(Math.class, "random")
            .because(
                "the same state, input and time must give the same decision after a crash;"
                    + " pass times and ids in as arguments"));
  }

  @Test
  void onlyEvolveChangesTheStateOfAWorkflow() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".core.evolve..")
            .should()
            .callMethodWhere(changesAWorkflow())
            .because(
                "state must be the fold of the events, or it cannot be rebuilt from them;"
                    + " record an event and let the evolver apply it (what the shell alone sets,"
                    + " offsets and timers, is not on WorkflowState)"));
  }

  @Test
  void avroEndsInTheCodec() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".codec..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.avro..", "dev.millrace.schemas.v1..")
            .because(
                "the contract may change its records without touching the engine;"
                    + " convert in codec and hand core types or bytes on"));
  }

  @Test
  void rocksDbIsKnownToStoreAndConfigAlone() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".store..", ROOT + ".config..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.rocksdb..")
            .because("how state is kept is the store's business; use WorkflowStore"));
  }

  @Test
  void celEndsInTheRoomOfExpressions() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".expression..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.cel..", "com.google.re2j..", "com.google.protobuf..")
            .because(
                "the language of expressions is behind the ports of core.expression;"
                    + " make a CelExpressions where the engine is put together"));
  }

  @Test
  void expressionsSeeTheCoreAndTheTextsOfDefinitionsAlone() {
    check(
        noClasses()
            .that()
            .resideInAPackage(ROOT + ".expression..")
            .should()
            .dependOnClassesThat(
                resideInAPackage(ROOT + "..")
                    .and(
                        resideOutsideOfPackages(
                            CORE, ROOT + ".expression..", ROOT + ".definition..")))
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "org.slf4j..")
            .because("a value must depend on the expression and its scope alone"));
  }

  @Test
  void roomsDependOnEachOtherInOneDirection() {
    check(
        slices()
            .matching(ROOT + ".(**)")
            .should()
            .beFreeOfCycles()
            .because(
                "two rooms that need each other are one room; move what both need into a third"));
  }

  @Test
  void everyPackageSaysWhatItIsAndAllowsNoNullsByDefault() {
    List<String> without =
        ENGINE.getPackage(ROOT).getSubpackagesInTree().stream()
            .filter(room -> !room.getClasses().isEmpty())
            .filter(room -> !room.isAnnotatedWith(NullMarked.class))
            .map(JavaPackage::getName)
            .toList();

    Assertions.assertThat(without)
        .as("packages without a package-info.java that has @NullMarked and one sentence")
        .isEmpty();
  }

  private static DescribedPredicate<JavaMethodCall> changesAWorkflow() {
    Set<String> mutators =
        ENGINE.get(WorkflowState.class).getMethods().stream()
            .map(JavaMethod::getName)
            .collect(Collectors.toUnmodifiableSet());
    return DescribedPredicate.describe(
        "changes a workflow",
        call ->
            call.getTargetOwner().isAssignableTo(WorkflowState.class)
                && !call.getOriginOwner().isAssignableTo(WorkflowState.class)
                && mutators.contains(call.getName()));
  }

  private static void check(ArchRule rule) {
    rule.check(ENGINE);
  }
}
