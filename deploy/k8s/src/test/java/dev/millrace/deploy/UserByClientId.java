package dev.millrace.deploy;

import java.net.InetAddress;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/**
 * Kafka's own authorizer on a broker without passwords: a client is the user whose name its client
 * id starts with. Others are who they are, the super user.
 */
public final class UserByClientId extends StandardAuthorizer {
  static final List<String> USERS =
      List.of("millrace-engine", "millrace-worker-default", "millrace-client", "millrace-keda");

  @Override
  public List<AuthorizationResult> authorize(
      AuthorizableRequestContext context, List<Action> actions) {
    return super.authorize(byClientId(context), actions);
  }

  @Override
  public AuthorizationResult authorizeByResourceType(
      AuthorizableRequestContext context, AclOperation operation, ResourceType type) {
    return super.authorizeByResourceType(byClientId(context), operation, type);
  }

  private static AuthorizableRequestContext byClientId(AuthorizableRequestContext context) {
    return USERS.stream()
        .filter(user -> String.valueOf(context.clientId()).startsWith(user))
        .findFirst()
        .<AuthorizableRequestContext>map(user -> new As(user, context))
        .orElse(context);
  }

  /** A request as somebody else's. */
  private record As(String user, AuthorizableRequestContext request)
      implements AuthorizableRequestContext {
    @Override
    public KafkaPrincipal principal() {
      return new KafkaPrincipal(KafkaPrincipal.USER_TYPE, user);
    }

    @Override
    public String listenerName() {
      return request.listenerName();
    }

    @Override
    public SecurityProtocol securityProtocol() {
      return request.securityProtocol();
    }

    @Override
    public InetAddress clientAddress() {
      return request.clientAddress();
    }

    @Override
    public int requestType() {
      return request.requestType();
    }

    @Override
    public int requestVersion() {
      return request.requestVersion();
    }

    @Override
    public String clientId() {
      return request.clientId();
    }

    @Override
    public int correlationId() {
      return request.correlationId();
    }
  }
}
