package dev.millrace.cli.workflow;

import dev.millrace.schemas.v1.DuplicatePolicy;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a policy as users write it, such as {@code allow-after-end}. */
final class DuplicatePolicyConverter implements ITypeConverter<DuplicatePolicy> {
  @Override
  public DuplicatePolicy convert(String text) {
    return policies()
        .filter(each -> written(each).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'%s': must be one of %s"
                        .formatted(
                            text,
                            policies()
                                .map(DuplicatePolicyConverter::written)
                                .collect(Collectors.joining(", ")))));
  }

  private static Stream<DuplicatePolicy> policies() {
    return Stream.of(DuplicatePolicy.values()).filter(each -> each != DuplicatePolicy.UNKNOWN);
  }

  private static String written(DuplicatePolicy policy) {
    return policy.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
