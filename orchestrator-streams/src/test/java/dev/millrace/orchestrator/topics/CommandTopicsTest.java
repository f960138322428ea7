package dev.millrace.orchestrator.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

class CommandTopicsTest extends AdminCase {
  private final List<String> registered = new CopyOnWriteArrayList<>();
  private final AtomicInteger failures = new AtomicInteger();

  @Test
  void schemaIsRegisteredOnceForTheTopicOfEachQueueAndForNoOther() {
    make("mail");
    try (CommandTopics topics = new CommandTopics(admin, names, registered::add)) {
      topics.start();
      assertThat(registered).containsExactly(names.commands("mail"));

      make("files");
      await().until(() -> topics.has("files"));
      make("more");
      await().until(() -> registered.size() > 2);
      assertThat(registered)
          .containsExactly(names.commands("mail"), names.commands("files"), names.commands("more"));
    }
  }

  @Test
  void queuesAreKnownWhileTheRegistryIsAwayAndRegisteredWhenItIsBack() {
    make("mail");
    failures.set(2);
    try (CommandTopics topics = new CommandTopics(admin, names, this::registerUnlessAway)) {
      topics.start();
      assertThat(topics.has("mail")).isTrue();
      assertThat(registered).isEmpty();

      await().until(() -> !registered.isEmpty());
      assertThat(registered).containsExactly(names.commands("mail"));
    }
  }

  @Test
  void newQueuesAreSeenAfterALookThatFailedUnexpectedly() {
    AtomicInteger looks = new AtomicInteger();
    Admin failing =
        (Admin)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Admin.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("listTopics") && looks.incrementAndGet() == 2) {
                    throw new IllegalStateException("unexpected");
                  }
                  try {
                    return method.invoke(admin, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    try (CommandTopics topics = new CommandTopics(failing, names, registered::add)) {
      topics.start();
      await().until(() -> looks.get() >= 2);
      make("mail");

      await().until(() -> topics.has("mail"));
    }
  }

  private void registerUnlessAway(String topic) {
    if (failures.getAndDecrement() > 0) {
      throw new RegistryUnavailableException("away", null);
    }
    registered.add(topic);
  }

  private void make(String queue) {
    new TopicAdmin(admin)
        .apply(TopicPlan.builder(names).partitions(1).queues(List.of(queue)).build());
  }
}
