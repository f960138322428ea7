package dev.millrace.worker;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Contexts of attempts that say what a test is about, and nothing else. */
public final class ContextStub {
  /** What a method of the context answers. */
  public interface Answer {
    @Nullable Object to(Object[] arguments);
  }

  private ContextStub() {}

  /**
   * A context with some answers.
   *
   * @param answers by the names of the context's methods, an {@link Answer} or the value itself; a
   *     default method that is not named does as it does, any other fails the test
   */
  public static StepContext of(Map<String, Object> answers) {
    return (StepContext)
        Proxy.newProxyInstance(
            StepContext.class.getClassLoader(),
            new Class<?>[] {StepContext.class},
            (proxy, method, arguments) -> {
              Object answer = answers.get(method.getName());
              if (answer == null && method.isDefault()) {
                return InvocationHandler.invokeDefault(proxy, method, arguments);
              }
              if (answer == null) {
                throw new AssertionError("nobody has said what " + method + " answers");
              }
              return answer instanceof Answer computed
                  ? computed.to(arguments == null ? new Object[0] : arguments)
                  : answer;
            });
  }
}
