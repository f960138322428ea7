package dev.millrace.orchestrator.expression;

import dev.cel.common.values.NullValue;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.schemas.wire.JsonFault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** Reads one template and compiles its expressions. Used once. */
final class TemplateParser {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(ExpressionLimits.TEMPLATE_DEPTH)
                  .maxNumberLength(ExpressionLimits.NUMBER_CHARS)
                  .build())
          .build();

  private final CelLanguage language;
  private final String json;
  private final List<CelProgram> programs = new ArrayList<>();

  TemplateParser(CelLanguage language, String json) {
    this.language = language;
    this.json = json;
  }

  /** The expressions of the template; complete when it is parsed. */
  List<CelProgram> programs() {
    return programs;
  }

  /**
   * The template.
   *
   * @throws InvalidExpressionException with the place within the JSON text
   */
  Template parse() throws InvalidExpressionException {
    if (json.length() > ExpressionLimits.TEMPLATE_CHARS) {
      throw new InvalidExpressionException(
          "the template has %d characters, more than %d; make it shorter"
              .formatted(json.length(), ExpressionLimits.TEMPLATE_CHARS),
          ExpressionLimits.TEMPLATE_CHARS);
    }
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      Template template = value(parser, parser.nextToken());
      if (parser.nextToken() != null) {
        throw new InvalidExpressionException(
            "the template has text behind its JSON value; remove it", offset(parser));
      }
      return template;
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      throw new InvalidExpressionException(
          "the template is not JSON within the limits: "
              + Excerpt.line(JsonFault.text(e))
              + "; correct it",
          at == null ? 0 : (int) Math.clamp(at.getCharOffset(), 0L, json.length()));
    }
  }

  private Template value(JsonParser parser, @Nullable JsonToken token)
      throws InvalidExpressionException {
    return switch (token) {
      case null ->
          throw new InvalidExpressionException("the template is empty; write a JSON value", 0);
      case START_OBJECT -> object(parser);
      case START_ARRAY -> list(parser);
      case VALUE_STRING -> text(parser.getString(), offset(parser));
      case VALUE_NUMBER_INT -> new Template.Constant(parser.getBigIntegerValue());
      case VALUE_NUMBER_FLOAT -> new Template.Constant(parser.getDecimalValue());
      case VALUE_TRUE -> new Template.Constant(true);
      case VALUE_FALSE -> new Template.Constant(false);
      case VALUE_NULL -> new Template.Constant(NullValue.NULL_VALUE);
      case PROPERTY_NAME, END_OBJECT, END_ARRAY, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw new IllegalStateException("no value begins with " + token);
    };
  }

  private Template object(JsonParser parser) throws InvalidExpressionException {
    List<Template.Field> fields = new ArrayList<>();
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      int at = offset(parser);
      if (TemplateText.parse(name).stream().anyMatch(TemplateText.Source.class::isInstance)) {
        throw new InvalidExpressionException(
            "the name %s holds an expression, which only values may; write it into a value"
                .formatted(Excerpt.of(name)),
            at);
      }
      fields.add(new Template.Field(name, value(parser, parser.nextToken())));
    }
    if (!fields.stream().allMatch(field -> field.value() instanceof Template.Constant)) {
      return new Template.Fields(fields);
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (Template.Field field : fields) {
      if (field.value() instanceof Template.Constant constant) {
        values.put(field.name(), constant.value());
      }
    }
    return new Template.Constant(new JsonObject(values, Weighed.of(values)));
  }

  private Template list(JsonParser parser) throws InvalidExpressionException {
    List<Template> items = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      items.add(value(parser, token));
    }
    if (!items.stream().allMatch(Template.Constant.class::isInstance)) {
      return new Template.Items(items);
    }
    List<Object> values =
        items.stream()
            .map(Template.Constant.class::cast)
            .<Object>map(Template.Constant::value)
            .toList();
    return new Template.Constant(values);
  }

  private Template text(String text, int at) throws InvalidExpressionException {
    List<Template.TextPart> parts = new ArrayList<>();
    for (TemplateText.Part part : parts(text, at)) {
      switch (part) {
        case TemplateText.Literal literal -> parts.add(new Template.Fixed(literal.text()));
        case TemplateText.Source source ->
            parts.add(new Template.Printed(compile(source.source(), inJson(at, source.offset()))));
      }
    }
    return template(parts);
  }

  /** What the parts of a text make: one expression alone keeps the type of its value. */
  static Template template(List<Template.TextPart> parts) {
    if (parts.isEmpty()) {
      return new Template.Constant("");
    }
    if (parts.size() == 1) {
      return switch (parts.get(0)) {
        case Template.Fixed fixed -> new Template.Constant(fixed.text());
        case Template.Printed printed -> new Template.Whole(printed.program());
      };
    }
    return new Template.Text(parts);
  }

  private List<TemplateText.Part> parts(String text, int at) throws InvalidExpressionException {
    try {
      return TemplateText.parse(text);
    } catch (InvalidExpressionException e) {
      throw new InvalidExpressionException(String.valueOf(e.getMessage()), inJson(at, e.offset()));
    }
  }

  private CelProgram compile(String source, int at) throws InvalidExpressionException {
    if (programs.size() == ExpressionLimits.TEMPLATE_EXPRESSIONS) {
      throw new InvalidExpressionException(
          "the template has more than %d expressions; split it over set steps"
              .formatted(ExpressionLimits.TEMPLATE_EXPRESSIONS),
          at);
    }
    CelProgram program = language.compile(source, at);
    programs.add(program);
    return program;
  }

  /** Place in the JSON text of a character of a string that begins with its quote at a place. */
  private int inJson(int quoteAt, int index) {
    int at = quoteAt + 1;
    for (int i = 0; i < index && at + 1 < json.length(); i++) {
      at += json.charAt(at) != '\\' ? 1 : json.charAt(at + 1) == 'u' ? 6 : 2;
    }
    return at;
  }

  private static int offset(JsonParser parser) {
    return (int) parser.currentTokenLocation().getCharOffset();
  }
}
