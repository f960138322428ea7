package dev.millrace.worker.payload;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.worker.spi.PayloadStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps payloads in a bucket of an S3-compatible store: AWS, MinIO, Ceph and others. Objects are
 * addressed by path ({@code endpoint/bucket/prefix/key}); requests are signed, with the digest of
 * what they carry. Redirects are not followed. Give the bucket a lifecycle rule that deletes what
 * is older than any workflow can be. Thread-safe.
 */
public final class S3Store implements PayloadStore, AutoCloseable {
  /** How long a connection and a whole request may take, unless set otherwise. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final Pattern PREFIX = Pattern.compile("([A-Za-z0-9._-]{1,64}/){0,8}");
  private static final Pattern ERROR_CODE = Pattern.compile("<Code>([A-Za-z0-9]{1,64})</Code>");
  private static final int OK = 200;
  private static final int ERROR_BYTES = 4096;
  private static final byte[] NOTHING = {};

  private final Settings settings;
  private final InstantSource clock;
  private final RequestSignature signature;
  private final HttpClient http;

  private S3Store(Settings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    this.signature = new RequestSignature(settings.region, "s3");
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(settings.timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /** What a store was made with. */
  private record Settings(
      String name,
      URI endpoint,
      String bucket,
      String prefix,
      String region,
      Supplier<S3Credentials> credentials,
      Duration timeout) {}

  /**
   * What a store is made with.
   *
   * @param name the same for all that use the bucket
   * @param endpoint such as {@code https://s3.eu-central-1.amazonaws.com}; {@code http} sends
   *     payloads readable
   * @param bucket which must exist
   */
  public static Builder builder(String name, URI endpoint, String bucket) {
    return new Builder(name, endpoint, bucket);
  }

  @Override
  public String name() {
    return settings.name;
  }

  @Override
  public void put(String key, byte[] data) throws IOException, InterruptedException {
    HttpRequest request =
        request("PUT", key, data).PUT(HttpRequest.BodyPublishers.ofByteArray(data)).build();
    HttpResponse<byte[]> response = send(request, 0);
    if (response.statusCode() != OK) {
      throw refused(request, response);
    }
  }

  @Override
  public Optional<byte[]> get(String key, int bytes) throws IOException, InterruptedException {
    HttpRequest request = request("GET", key, NOTHING).GET().build();
    HttpResponse<byte[]> response = send(request, bytes + 1);
    if (response.statusCode() == OK) {
      return Optional.of(response.body());
    }
    if (errorCode(response).equals("NoSuchKey")) {
      return Optional.empty();
    }
    throw refused(request, response);
  }

  private HttpRequest.Builder request(String method, String key, byte[] data) {
    S3Credentials credentials = settings.credentials.get();
    String path = "/%s/%s%s".formatted(settings.bucket, settings.prefix, key);
    String digest = Digests.sha256(data);
    SortedMap<String, String> headers = new TreeMap<>();
    headers.put("x-amz-content-sha256", digest);
    headers.put("x-amz-date", RequestSignature.time(clock.instant()));
    if (credentials.sessionToken() != null) {
      headers.put("x-amz-security-token", credentials.sessionToken());
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(settings.endpoint.resolve(path)).timeout(settings.timeout);
    headers.forEach(request::header);
    headers.put("host", host()); // the client sends it by itself
    return request.header(
        "Authorization", signature.authorization(credentials, method, path, "", headers, digest));
  }

  /** The answer with so much of its body, or of what a failure says. */
  private HttpResponse<byte[]> send(HttpRequest request, int bytes)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(
            request,
            info -> new BoundedBody(info.statusCode() == OK ? Math.max(1, bytes) : ERROR_BYTES));
    try {
      return answer.get(settings.timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no answer from %s within %s".formatted(host(), settings.timeout), e);
    } catch (ExecutionException e) {
      throw new IOException("no answer from %s: %s".formatted(host(), e.getCause()), e.getCause());
    } finally {
      answer.cancel(true); // of no effect once it is there
    }
  }

  private static String errorCode(HttpResponse<byte[]> response) {
    Matcher found = ERROR_CODE.matcher(new String(response.body(), UTF_8));
    return found.find() ? found.group(1) : "";
  }

  private IOException refused(HttpRequest request, HttpResponse<byte[]> response) {
    return new IOException(
        "%s of bucket '%s' at %s: answer %d %s"
            .formatted(
                request.method(),
                settings.bucket,
                host(),
                response.statusCode(),
                errorCode(response)));
  }

  /** As the client sends it: without the port that the scheme has anyway. */
  private String host() {
    URI endpoint = settings.endpoint;
    int usual = "https".equals(endpoint.getScheme()) ? 443 : 80;
    return endpoint.getPort() < 0 || endpoint.getPort() == usual
        ? endpoint.getHost()
        : endpoint.getHost() + ":" + endpoint.getPort();
  }

  /** Lets go of the connections. */
  @Override
  public void close() {
    http.close();
  }

  /** Collects what a store is made with. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final URI endpoint;
    private final String bucket;
    private String prefix = "";
    private String region = "us-east-1";
    private Duration timeout = DEFAULT_TIMEOUT;
    private InstantSource clock = InstantSource.system();

    private Builder(String name, URI endpoint, String bucket) {
      boolean isWeb = "https".equals(endpoint.getScheme()) || "http".equals(endpoint.getScheme());
      boolean isPlain =
          endpoint.getRawQuery() == null
              && endpoint.getRawUserInfo() == null
              && (endpoint.getRawPath().isEmpty() || endpoint.getRawPath().equals("/"));
      if (!isWeb || !isPlain || endpoint.getHost() == null) {
        throw new IllegalArgumentException(
            "endpoint of store '%s': must be http(s)://host or http(s)://host:port"
                .formatted(name));
      }
      if (!BUCKET.matcher(bucket).matches()) {
        throw new IllegalArgumentException(
            "bucket '%s': must be 3 to 63 of a-z 0-9 . -".formatted(bucket));
      }
      this.name = name;
      this.endpoint = endpoint;
      this.bucket = bucket;
    }

    /** What the names of objects begin with, such as {@code payloads/}; nothing unless set. */
    public Builder prefix(String folders) {
      if (!PREFIX.matcher(folders).matches() || folders.contains("./")) {
        throw new IllegalArgumentException(
            "prefix '%s': must be up to 8 folders, each of A-Z a-z 0-9 . _ - with / behind it"
                .formatted(folders));
      }
      this.prefix = folders;
      return this;
    }

    /** The region that requests are signed for; {@code us-east-1} unless set. */
    public Builder region(String regionName) {
      this.region = regionName;
      return this;
    }

    /** Longest time for a connection, and for a whole answer; 30 seconds unless set. */
    public Builder timeout(Duration longest) {
      if (longest.isNegative() || longest.isZero()) {
        throw new IllegalArgumentException("timeout %s: must be above zero".formatted(longest));
      }
      this.timeout = longest;
      return this;
    }

    Builder clock(InstantSource source) {
      this.clock = source;
      return this;
    }

    /**
     * The store.
     *
     * @param credentials asked for each request, so that those for a time can be renewed
     */
    public S3Store build(Supplier<S3Credentials> credentials) {
      return new S3Store(
          new Settings(name, endpoint, bucket, prefix, region, credentials, timeout), clock);
    }
  }
}
