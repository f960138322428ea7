package dev.millrace.orchestrator.faults;

import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * Answers each command three times, in random order, and each answer after a random while. For one
 * thread.
 */
final class StutteringWorker implements AutoCloseable {
  private static final int ANSWERS = 3;

  /** One of how many answers that wait is sent at a time. */
  private static final int HASTE = 4;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Answer(String workflowId, byte[] value) {}

  private final Installation installation;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final AvroCodec<StepCommand> commands;
  private final AvroCodec<StepCompletion> completions;
  private final Random random;
  private final List<Answer> waiting = new ArrayList<>();
  private final List<Answer> sent = new ArrayList<>();
  private final Set<String> commandIds = new HashSet<>();
  private int commandRecords;

  StutteringWorker(Installation installation, String queue, long seed) {
    this.installation = installation;
    this.random = new Random(seed);
    String topic = installation.topics.commands(queue);
    this.consumer = installation.reader(topic);
    this.commands = new AvroCodec<>(StepCommand.class, topic, installation.registry);
    this.completions =
        new AvroCodec<>(
            StepCompletion.class, installation.topics.completions(), installation.registry);
  }

  /** Takes what there is and sends some of the answers that wait. */
  void work() throws MalformedRecordException {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(20))) {
      StepCommand command = commands.decode(record.value());
      commandRecords++;
      commandIds.add(
          command.getWorkflowId() + "/" + command.getStep() + "/" + command.getAttempt());
      byte[] value =
          completions.encode(
              StepCompletion.newBuilder()
                  .setStep(command.getStep())
                  .setAttempt(command.getAttempt())
                  .setStatus(CompletionStatus.SUCCEEDED)
                  .setWorker("stutterer")
                  .build());
      for (int i = 0; i < ANSWERS; i++) {
        waiting.add(new Answer(command.getWorkflowId(), value));
      }
    }
    Collections.shuffle(waiting, random);
    for (int i = 0; i < Math.ceilDiv(waiting.size(), HASTE); i++) {
      send(waiting.removeLast());
    }
  }

  /** Sends what waits still, and every answer once more. */
  void answerAllAgain() {
    waiting.forEach(this::send);
    waiting.clear();
    List.copyOf(sent).forEach(this::send);
  }

  private void send(Answer answer) {
    installation.send(installation.topics.completions(), answer.workflowId(), answer.value());
    sent.add(answer);
  }

  /** How many commands were read. */
  int commandRecords() {
    return commandRecords;
  }

  /** How many of them were different. */
  int commandIds() {
    return commandIds.size();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
