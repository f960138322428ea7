package dev.millrace.worker.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/** A server on 127.0.0.1 that does to each connection what a test says. */
final class RawServer implements AutoCloseable {
  /** What is done to a connection once the head of its first request is there. */
  @FunctionalInterface
  interface Behaviour {
    void serve(Socket connection, String head) throws IOException;
  }

  final List<String> heads = new CopyOnWriteArrayList<>();
  final AtomicInteger connections = new AtomicInteger();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ServerSocket socket;
  private final Behaviour behaviour;

  RawServer(Behaviour behaviour) throws IOException {
    this(ServerSocketFactory.getDefault(), behaviour);
  }

  RawServer(ServerSocketFactory sockets, Behaviour behaviour) throws IOException {
    this.behaviour = behaviour;
    this.socket = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /** A server that sends the same bytes to everybody and closes. */
  static RawServer sending(String response) throws IOException {
    return new RawServer((connection, head) -> send(connection, response));
  }

  static void send(Socket connection, String text) throws IOException {
    connection.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    connection.getOutputStream().flush();
  }

  int port() {
    return socket.getLocalPort();
  }

  String url() {
    return "http://127.0.0.1:" + port() + "/";
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        connections.incrementAndGet();
        open.add(connection);
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException e) {
        if (!socket.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      String head = head(connection.getInputStream());
      heads.add(head);
      behaviour.serve(connection, head);
    } catch (IOException e) {
      // The client has left, which is what some tests are about.
      open.remove(connection);
    }
  }

  /** The head of a request, up to its empty line. */
  static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("the client has left");
      }
      head.write(b);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket connection : open) {
      connection.close();
    }
  }
}
