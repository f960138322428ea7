package dev.millrace.orchestrator.topics;

import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.IncompatibleSchemaException;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which command topics the cluster has, kept fresh in the background, so that the engine never
 * sends to one that is missing: a producer would block on it. Has the schema of commands registered
 * for each, once; while the registry is away that waits, and the topics are used all the same,
 * since the schema has an id already. Thread-safe.
 */
public final class CommandTopics implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CommandTopics.class);
  private static final Duration REFRESH = Duration.ofSeconds(1);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

  private final Admin admin;
  private final Topics topics;
  private final Consumer<String> registration;

  /** Those whose registration is settled; used by one refresh after the other. */
  private final Set<String> registered = new HashSet<>();

  private final ScheduledExecutorService refresher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("millrace-command-topics").factory());
  private volatile Set<String> names = Set.of();
  private volatile Set<String> queues = Set.of();

  /**
   * The command topics among those of a cluster.
   *
   * @param admin stays the caller's
   * @param registration registers the schema of commands for a topic
   */
  public CommandTopics(Admin admin, Topics topics, Consumer<String> registration) {
    this.admin = admin;
    this.topics = topics;
    this.registration = registration;
  }

  /**
   * Looks once, then starts to look regularly.
   *
   * @throws TopicsException when the cluster does not answer
   */
  public void start() {
    try {
      refresh();
    } catch (ExecutionException | TimeoutException e) {
      throw new TopicsException("the topics of the cluster could not be listed: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TopicsException("interrupted while listing the topics of the cluster", e);
    }
    ScheduledFuture<?> unused = // tryRefresh reports its own failures
        refresher.scheduleWithFixedDelay(
            this::tryRefresh, REFRESH.toMillis(), REFRESH.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether a queue has a topic; never blocks. */
  public boolean has(String queue) {
    return names.contains(topics.commands(queue));
  }

  /** The queues that have a topic; never blocks. */
  public Set<String> queues() {
    return queues;
  }

  @Override
  public void close() {
    refresher.shutdownNow();
  }

  private void tryRefresh() {
    try {
      refresh();
    } catch (ExecutionException | TimeoutException | RuntimeException | Error e) {
      // Whatever it is: it would end the schedule, and no new queue would be seen again.
      LOG.warn("the list of command topics could not be refreshed; the last one holds: {}", e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void refresh() throws InterruptedException, ExecutionException, TimeoutException {
    names =
        admin.listTopics().names().get(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).stream()
            .filter(topics::isCommands)
            .collect(Collectors.toUnmodifiableSet());
    queues = names.stream().map(topics::queueOf).collect(Collectors.toUnmodifiableSet());
    registered.retainAll(names);
    registerNew();
  }

  private void registerNew() {
    for (String topic : names) {
      if (!registered.contains(topic)) {
        try {
          registration.accept(topic);
        } catch (RegistryUnavailableException e) {
          LOG.warn("the schema of commands is registered for {} later: {}", topic, e.getMessage());
          return;
        } catch (IncompatibleSchemaException e) {
          LOG.error("workers of {} may not be able to read its commands", topic, e);
        }
        registered.add(topic);
      }
    }
  }
}
