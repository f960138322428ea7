package dev.millrace.orchestrator.intake;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a supplier, of which the main consumers leave starts where they are while a valve
 * is closed. Kafka Streams itself can only pause all inputs of a task. What a consumer or a task
 * has read before is taken all the same: up to about 2,000 starts a partition. Thread-safe.
 */
public final class IntakeClients implements KafkaClientSupplier {
  private final KafkaClientSupplier clients;
  private final IntakeValve valve;
  private final String startsTopic;

  public IntakeClients(KafkaClientSupplier clients, IntakeValve valve, String startsTopic) {
    this.clients = clients;
    this.valve = valve;
    this.startsTopic = startsTopic;
  }

  @Override
  @SuppressWarnings("unchecked") // it is a proxy of this very interface
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    Consumer<byte[], byte[]> consumer = clients.getConsumer(config);
    return (Consumer<byte[], byte[]>)
        Proxy.newProxyInstance(
            IntakeClients.class.getClassLoader(),
            new Class<?>[] {Consumer.class},
            new Valved(consumer, new HeldStarts(consumer, startsTopic, valve::isClosed)));
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return clients.getAdmin(config);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return clients.getProducer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return clients.getRestoreConsumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return clients.getGlobalConsumer(config);
  }

  /** A consumer: of its 50 methods only those about reading and pausing are not passed on. */
  private record Valved(Consumer<byte[], byte[]> consumer, HeldStarts starts)
      implements InvocationHandler {
    @Override
    @SuppressWarnings("unchecked") // the only type that pause and resume take
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      switch (method.getName()) {
        case "pause" -> {
          starts.pause((Collection<TopicPartition>) first(arguments));
          return null;
        }
        case "resume" -> {
          starts.resume((Collection<TopicPartition>) first(arguments));
          return null;
        }
        case "paused" -> {
          return starts.paused();
        }
        case "poll" -> starts.beforePoll();
        default -> {}
      }
      try {
        return method.invoke(consumer, arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause() == null ? e : e.getCause();
      }
    }

    private static Object first(Object @Nullable [] arguments) {
      if (arguments == null || arguments.length == 0) {
        throw new IllegalStateException("a method of the consumer has lost its argument");
      }
      return arguments[0];
    }
  }
}
