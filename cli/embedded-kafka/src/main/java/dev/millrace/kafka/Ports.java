package dev.millrace.kafka;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** The two ports of a broker, each given or free at the time of asking. */
record Ports(int broker, int controller) {

  /**
   * Checks the ports that are given and finds free ones for those that are 0. Both sockets are held
   * until both are known, so that the two differ.
   *
   * @throws BrokerStartException when a given port is taken
   */
  static Ports choose(int broker, int controller) {
    try (ServerSocket first = bind("broker", broker);
        ServerSocket second = bind("controller", controller)) {
      return new Ports(first.getLocalPort(), second.getLocalPort());
    } catch (IOException e) {
      throw new BrokerStartException(
          "cannot close a socket on %s".formatted(BrokerSettings.HOST), e);
    }
  }

  private static ServerSocket bind(String role, int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw new BrokerStartException(
          "%s port %d on %s: taken by another process (%s); choose another port, or 0 for a free one"
              .formatted(role, port, BrokerSettings.HOST, e.getMessage()),
          e);
    }
  }
}
