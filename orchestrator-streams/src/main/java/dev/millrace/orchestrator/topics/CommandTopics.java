package dev.millrace.orchestrator.topics;

import dev.millrace.schemas.Topics;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which command topics the cluster has, kept fresh in the background, so that the engine never
 * sends to one that is missing: a producer would block on it. Thread-safe.
 */
public final class CommandTopics implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CommandTopics.class);
  private static final Duration REFRESH = Duration.ofSeconds(1);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

  private final Admin admin;
  private final Topics topics;
  private final ScheduledExecutorService refresher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("millrace-command-topics").factory());
  private volatile Set<String> names = Set.of();

  /** The command topics among those of a cluster; the admin client stays the caller's. */
  public CommandTopics(Admin admin, Topics topics) {
    this.admin = admin;
    this.topics = topics;
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

  @Override
  public void close() {
    refresher.shutdownNow();
  }

  private void tryRefresh() {
    try {
      refresh();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the list of command topics could not be refreshed; the last one holds: {}", e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void refresh() throws InterruptedException, ExecutionException, TimeoutException {
    names =
        admin.listTopics().names().get(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).stream()
            .filter(name -> name.startsWith(topics.prefix()))
            .collect(Collectors.toUnmodifiableSet());
  }
}
