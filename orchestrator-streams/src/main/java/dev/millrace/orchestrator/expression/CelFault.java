package dev.millrace.orchestrator.expression;

import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.definition.NearestName;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What CEL says of a text that is no expression, in words for who wrote it. Stateless. */
final class CelFault {
  private static final Pattern UNDECLARED =
      Pattern.compile("undeclared reference to '([^']*)'.*", Pattern.DOTALL);
  private static final Pattern NO_OVERLOAD =
      Pattern.compile(
          "found no matching overload for '([^']*)' applied to '\\(([^']*)\\)'.*", Pattern.DOTALL);
  private static final Pattern UNEXPECTED =
      Pattern.compile(
          "(?:mismatched|extraneous) input '(.*?)' expecting .*|missing .* at '(.*)'|no viable alternative at input '(.*)'",
          Pattern.DOTALL);
  private static final Pattern UNREADABLE =
      Pattern.compile("token recognition error at: '(.*)'", Pattern.DOTALL);
  private static final Pattern RESERVED = Pattern.compile("reserved identifier: (.*)");
  private static final List<String> VARIABLES =
      List.of(
          Variables.INPUT,
          Variables.STEPS,
          Variables.OUTPUT,
          Variables.ITEM,
          Variables.INDEX,
          Variables.WORKFLOW_ID,
          Variables.WORKFLOW_TENANT,
          Variables.WORKFLOW_PRIORITY);

  private CelFault() {}

  /** One sentence; what CEL says itself comes last, in parentheses. */
  static String sentence(String message) {
    return "%s (CEL: %s)".formatted(plain(message), Excerpt.line(message));
  }

  private static String plain(String message) {
    Matcher undeclared = UNDECLARED.matcher(message);
    if (undeclared.matches()) {
      return unknown(undeclared.group(1));
    }
    Matcher noOverload = NO_OVERLOAD.matcher(message);
    if (noOverload.matches()) {
      return "%s cannot be applied to values of these types: %s; convert them with int(x), double(x) or string(x)"
          .formatted(Excerpt.of(symbol(noOverload.group(1))), Excerpt.line(noOverload.group(2)));
    }
    Matcher unexpected = UNEXPECTED.matcher(message);
    if (unexpected.matches()) {
      String found =
          Optional.ofNullable(unexpected.group(1))
              .or(() -> Optional.ofNullable(unexpected.group(2)))
              .orElseGet(() -> unexpected.group(3));
      return found.endsWith("<EOF>")
          ? "something is missing at its end; complete it"
          : "%s cannot stand here; correct what is before it, or remove it"
              .formatted(Excerpt.of(found));
    }
    Matcher unreadable = UNREADABLE.matcher(message);
    if (unreadable.matches()) {
      String found = unreadable.group(1);
      return found.startsWith("'") || found.startsWith("\"")
          ? "a text begins here and does not end; close it with its quote"
          : "%s means nothing in an expression; remove it, or put it in quotes"
              .formatted(Excerpt.of(found));
    }
    Matcher reserved = RESERVED.matcher(message);
    return reserved.matches()
        ? "%s is a reserved word; name a field as in input['%s']"
            .formatted(Excerpt.of(reserved.group(1)), Excerpt.line(reserved.group(1)))
        : "it is no expression; correct it";
  }

  private static String unknown(String name) {
    return "%s is neither a variable nor a function; %s"
        .formatted(
            Excerpt.of(name),
            NearestName.among(VARIABLES, name)
                .map("did you mean '%s'?"::formatted)
                .orElse("the variables are " + String.join(", ", VARIABLES)));
  }

  /** An operator as it is written: CEL puts an underscore for each operand. */
  private static String symbol(String function) {
    boolean isOperator = function.startsWith("_") || function.endsWith("_");
    String symbol = isOperator ? function.replace("_", "") : function;
    return symbol.startsWith("@") ? symbol.substring(1) : symbol;
  }
}
