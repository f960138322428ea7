package dev.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.kubernetes.client.openapi.JSON;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Every object has the fields that its kind has, spelled so and of these types, and no others. */
class SchemasTest {
  static final List<String> FOLDERS = Kustomization.ALL;

  private static final Map<String, Class<?>> STRIMZI =
      Map.of(
          "Kafka", Kafka.class,
          "KafkaNodePool", KafkaNodePool.class,
          "KafkaTopic", KafkaTopic.class,
          "KafkaUser", KafkaUser.class);

  private static final ObjectMapper STRICT = new ObjectMapper();

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void everyObjectFitsItsKind(String folder) throws Exception {
    List<Manifest> manifests = Kustomization.render(folder);
    assertThat(manifests).isNotEmpty();
    for (Manifest manifest : manifests) {
      check(manifest);
    }
  }

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void noObjectIsThereTwice(String folder) {
    assertThat(Kustomization.render(folder)).extracting(Manifest::id).doesNotHaveDuplicates();
  }

  @Test
  void spellingErrorsAreNoticed() {
    assertRefused("apps/v1", "Deployment", "/spec/template/spec", "terminationGracePeriodSecond");
    assertRefused("kafka.strimzi.io/v1", "KafkaTopic", "/spec", "replica");
    assertRefused("keda.sh/v1alpha1", "ScaledObject", "/spec", "pollInterval");
    assertRefused("monitoring.coreos.com/v1", "PodMonitor", "/spec", "podMetricsEndpoint");
  }

  private static void assertRefused(
      String apiVersion, String kind, String where, String misspelled) {
    Manifest manifest =
        Kustomization.render("overlays/prod").stream()
            .filter(each -> each.kind().equals(kind) && each.apiVersion().equals(apiVersion))
            .findFirst()
            .orElseThrow();
    ((tools.jackson.databind.node.ObjectNode) manifest.at(where)).put(misspelled, 3);
    assertThatThrownBy(() -> check(manifest)).hasMessageContaining(misspelled);
  }

  private static void check(Manifest manifest) throws Exception {
    String group = manifest.apiVersion().replaceFirst("/?[^/]*$", "");
    switch (group) {
      case "", "apps", "policy", "networking.k8s.io" -> checkCore(manifest);
      case "kafka.strimzi.io" -> checkStrimzi(manifest);
      case "keda.sh", "monitoring.coreos.com" -> checkSchema(manifest);
      default -> fail("%s: nobody knows the schema of %s", manifest, manifest.apiVersion());
    }
  }

  /**
   * The client's models refuse unknown and missing fields when asked, and wrong types when read.
   */
  private static void checkCore(Manifest manifest) throws ReflectiveOperationException {
    String version = manifest.apiVersion().replaceFirst("^.*/", "").toUpperCase(Locale.ROOT);
    Class<?> model =
        Class.forName("io.kubernetes.client.openapi.models." + version + manifest.kind());
    JsonElement json = JsonParser.parseString(manifest.tree().toString());
    Method validate = model.getMethod("validateJsonElement", JsonElement.class);
    try {
      validate.invoke(null, json);
    } catch (InvocationTargetException e) {
      throw new AssertionError(manifest + ": " + e.getCause(), e);
    }
    assertThat(JSON.getGson().fromJson(json, model)).isNotNull();
  }

  /** Strimzi's models keep what they do not know; written again, it would be there. */
  private static void checkStrimzi(Manifest manifest) throws IOException {
    Class<?> model = STRIMZI.get(manifest.kind());
    assertThat(model).as("model of %s", manifest).isNotNull();
    UnknownFields.assertNone(manifest, STRICT.readValue(manifest.tree().toString(), model));
  }

  private static void checkSchema(Manifest manifest) {
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(Kustomization.resource("/schemas/" + manifest.kind() + ".json"));
    assertThat(schema.validate(manifest.tree()))
        .as("%s", manifest)
        .extracting(Error::toString)
        .isEmpty();
  }
}
