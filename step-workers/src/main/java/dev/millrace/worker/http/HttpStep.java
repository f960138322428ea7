package dev.millrace.worker.http;

import dev.millrace.schemas.Limits;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Calls a service: the step's input is the request, its output the answer, both JSON. By convention
 * the handler of the step type {@link #TYPE}.
 *
 * <p>The input has {@code url} and, where needed, {@code method}, {@code headers}, {@code query},
 * {@code body} and {@code timeout}; the output {@code status}, {@code headers} and {@code body}. An
 * answer with a status from 200 to 299 is a success; every other end is a failure of a type of
 * {@link HttpFailures}.
 *
 * <p>Connects only where its {@link EgressPolicy} allows it, without any proxy. Cancelling the
 * attempt, or an interrupt of the handler's thread, ends the request and closes its connection; so
 * does the attempt's deadline. Messages of failures name the method and the origin, and nothing
 * else of what was sent or answered.
 *
 * <p>Thread-safe. Holds a pool of connections; close it when the worker has stopped.
 */
public final class HttpStep implements StepHandler, AutoCloseable {
  /** The step type that definitions name by convention. */
  public static final String TYPE = "http";

  private final RequestReader requests;
  private final HttpExchange exchange;
  private final Outcomes outcomes;

  private HttpStep(HttpSettings settings) {
    this.requests = new RequestReader(settings);
    this.exchange = new HttpExchange(settings);
    this.outcomes = new Outcomes(settings.clock());
  }

  /** What an HTTP step is made with. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public StepResult handle(StepContext context) throws Exception {
    Request request;
    try {
      request = requests.read(context);
    } catch (CallFailedException e) {
      return Outcomes.of(e);
    }
    if (request.timeout().isZero()) {
      return Outcomes.tooLate(request);
    }
    FutureTask<StepResult> call = new FutureTask<>(() -> send(request));
    context.onCancel(() -> call.cancel(true));
    return within(request, call);
  }

  private StepResult send(Request request) {
    try {
      return outcomes.of(exchange.send(request));
    } catch (CallFailedException e) {
      return Outcomes.of(e);
    } catch (IOException e) {
      return Outcomes.of(request, e);
    }
  }

  /**
   * Runs a call in a virtual thread of its own, which an interrupt reaches wherever it waits, and
   * no longer than the request's timeout: a service that sends a byte now and then, and one whose
   * name takes long to look up, is given up as well.
   */
  private static StepResult within(Request request, FutureTask<StepResult> call) throws Exception {
    Thread.ofVirtual().name("millrace-http").inheritInheritableThreadLocals(false).start(call);
    try {
      return call.get(request.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return Outcomes.timedOut(request);
    } catch (ExecutionException e) {
      throw unwrapped(e);
    } finally {
      call.cancel(true);
    }
  }

  private static Exception unwrapped(ExecutionException e) {
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return e.getCause() instanceof Exception exception ? exception : e;
  }

  private static String keyOfAllAttempts(StepContext context) {
    String step = context.workflowId() + '/' + context.step();
    return context.branch().isPresent() ? step + '/' + context.branch().getAsInt() : step;
  }

  /** Closes all connections. Requests that are being sent fail. */
  @Override
  public void close() {
    exchange.close();
  }

  /** Collects what an HTTP step is made with. Not thread-safe. */
  public static final class Builder {
    /** Most redirects that may be followed. */
    public static final int MAX_REDIRECTS = 10;

    /** Largest body of an answer that may be allowed, in bytes. */
    public static final int MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

    /** Most connections to one origin. */
    public static final int MAX_CONNECTIONS_PER_HOST = 10_000;

    private final List<HttpSettings.OriginHeader> originHeaders = new ArrayList<>();
    private @Nullable EgressPolicy egress;
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration timeout = Duration.ofSeconds(30);
    private int maxRedirects = 3;
    private int maxResponseBytes = Limits.PAYLOAD_BYTES;
    private int connectionsPerHost = 64;
    private String idempotencyHeader = "Idempotency-Key";
    private Function<StepContext, String> idempotencyKey = HttpStep::keyOfAllAttempts;
    private @Nullable SSLContext sslContext;
    private HostResolver resolver = InetAddress::getAllByName;
    private InstantSource clock = InstantSource.system();

    private Builder() {}

    /** Where it may connect to. Required. */
    public Builder egress(EgressPolicy policy) {
      this.egress = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** How long a connection, with its encryption, may take; 5 seconds unless set. */
    public Builder connectTimeout(Duration longest) {
      this.connectTimeout = checked("connect timeout", longest);
      return this;
    }

    /**
     * How long a whole answer may take, redirects and the wait for a connection included, where the
     * request says nothing; 30 seconds unless set, at most an hour. None may take longer than the
     * deadline of its attempt.
     */
    public Builder timeout(Duration longest) {
      this.timeout = checked("timeout", longest);
      return this;
    }

    /** How many redirects are followed; 3 unless set. */
    public Builder maxRedirects(int redirects) {
      this.maxRedirects = checked("redirects", redirects, 0, MAX_REDIRECTS);
      return this;
    }

    /**
     * How large the body of an answer may be, as it comes and unpacked; {@link
     * Limits#PAYLOAD_BYTES} unless set. The output of the step has its own limit.
     */
    public Builder maxResponseBytes(int bytes) {
      this.maxResponseBytes = checked("response bytes", bytes, 1, MAX_RESPONSE_BYTES);
      return this;
    }

    /** How many connections to one origin there may be at once; 64 unless set. */
    public Builder connectionsPerHost(int connections) {
      this.connectionsPerHost =
          checked("connections per host", connections, 1, MAX_CONNECTIONS_PER_HOST);
      return this;
    }

    /**
     * Name of the header with the idempotency key, which all requests have that may change
     * something; {@code Idempotency-Key} unless set, none if empty.
     *
     * @throws IllegalArgumentException for what is no name of a header
     */
    public Builder idempotencyHeader(String name) {
      if (!name.isEmpty()) {
        check(Headers.problemOfName(name));
      }
      this.idempotencyHeader = name;
      return this;
    }

    /**
     * The idempotency key of a step. Unless set it is {@code workflowId/step}, and {@code
     * workflowId/step/branch} for a branch: the same for all attempts, since one that has timed out
     * may have had its effect. It is also the same for what is meant to run again: a rerun, a
     * further round of {@code repeat}, another workflow that has the id of an ended one. Where
     * those are to have an effect of their own, say what tells them apart, here or in the header
     * that the definition sets. What is not visible ASCII is percent-encoded.
     */
    public Builder idempotencyKey(Function<StepContext, String> key) {
      this.idempotencyKey = Objects.requireNonNull(key, "key");
      return this;
    }

    /**
     * A header that all requests to one origin have, and none to others, also after redirects: a
     * token, say, which so is in no definition, event or message.
     *
     * @param origin as in {@code https://api.example.com}
     * @param value asked for each request, by many threads at once
     * @throws IllegalArgumentException for what is no origin or no name of a header
     */
    public Builder header(String origin, String name, Supplier<String> value) {
      check(Headers.problemOfName(name));
      try {
        originHeaders.add(
            new HttpSettings.OriginHeader(
                Target.of(origin).origin(), name, Objects.requireNonNull(value, "value")));
      } catch (CallFailedException e) {
        throw new IllegalArgumentException("origin '%s': %s".formatted(origin, e.getMessage()), e);
      }
      return this;
    }

    /** Certificates that are trusted and one's own; those of the JDK unless set. */
    public Builder sslContext(SSLContext context) {
      this.sslContext = Objects.requireNonNull(context, "context");
      return this;
    }

    /** Looks up addresses in another way. */
    Builder resolver(HostResolver hosts) {
      this.resolver = hosts;
      return this;
    }

    /** Reads the time elsewhere. */
    Builder clock(InstantSource time) {
      this.clock = time;
      return this;
    }

    /**
     * The step's handler.
     *
     * @throws IllegalStateException when there is no egress policy
     */
    public HttpStep build() {
      if (egress == null) {
        throw new IllegalStateException("egress: must be set");
      }
      return new HttpStep(
          new HttpSettings(
              egress,
              connectTimeout,
              timeout,
              maxRedirects,
              maxResponseBytes,
              connectionsPerHost,
              idempotencyHeader,
              idempotencyKey,
              originHeaders,
              sslContext,
              resolver,
              clock));
    }

    private static Duration checked(String what, Duration value) {
      if (value.toMillis() < 1 || value.compareTo(RequestReader.LONGEST_TIMEOUT) > 0) {
        throw new IllegalArgumentException(
            "%s %s: must be 1 ms to %s".formatted(what, value, RequestReader.LONGEST_TIMEOUT));
      }
      return value;
    }

    private static int checked(String what, int value, int least, int most) {
      if (value < least || value > most) {
        throw new IllegalArgumentException(
            "%s %d: must be %d to %d".formatted(what, value, least, most));
      }
      return value;
    }

    private static void check(@Nullable String problem) {
      if (problem != null) {
        throw new IllegalArgumentException(problem);
      }
    }
  }
}
