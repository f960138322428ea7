package dev.millrace.worker.testing;

import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowSchedule;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.worker.Payload;
import dev.millrace.worker.internal.PayloadValues;
import dev.millrace.worker.internal.UnwritableValueException;
import dev.millrace.worker.spi.PayloadCodec;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Writes what users of the engine write, and reads payloads. One thread. */
final class TestClient {
  private final Topics topics;
  private final DrivenTopology topology;
  private final PayloadValues values;
  private final AvroCodec<WorkflowStart> starts;
  private final AvroCodec<WorkflowControl> controls;
  private final AvroCodec<WorkflowSchedule> schedules;

  TestClient(Topics topics, SchemaRegistry registry, Simulation simulation) {
    this.topics = topics;
    this.topology = simulation.topology();
    this.values = new PayloadValues(registry, topics, PayloadCodec.NONE);
    this.starts = new AvroCodec<>(WorkflowStart.class, topics.starts(), registry);
    this.controls = new AvroCodec<>(WorkflowControl.class, topics.controls(), registry);
    this.schedules = new AvroCodec<>(WorkflowSchedule.class, topics.schedules(), registry);
  }

  void start(String workflowId, WorkflowStart start) {
    topology.send(topics.starts(), workflowId, starts.encode(start));
  }

  void control(String workflowId, WorkflowControl control) {
    topology.send(topics.controls(), workflowId, controls.encode(control));
  }

  void schedule(String scheduleId, WorkflowSchedule change) {
    topology.send(topics.schedules(), scheduleId, schedules.encode(change));
  }

  /** The payload that says a value. */
  dev.millrace.schemas.v1.@Nullable Payload payload(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    try {
      Payload payload = values.write(value);
      return new dev.millrace.schemas.v1.Payload(
          payload.contentType(), ByteBuffer.wrap(payload.data()));
    } catch (UnwritableValueException e) {
      throw new IllegalArgumentException(
          "a %s %s".formatted(value.getClass().getName(), e.getMessage()), e);
    }
  }

  /** What a payload says. */
  <T> T read(String what, dev.millrace.schemas.v1.@Nullable Payload payload, Class<T> type) {
    return values.read(what, payload == null ? null : of(payload), type);
  }

  private static Payload of(dev.millrace.schemas.v1.Payload payload) {
    byte[] bytes = new byte[payload.getData().remaining()];
    payload.getData().duplicate().get(bytes);
    return new Payload(payload.getContentType(), bytes);
  }
}
