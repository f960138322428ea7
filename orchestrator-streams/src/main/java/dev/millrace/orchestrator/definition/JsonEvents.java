package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.schemas.wire.JsonFault;
import java.io.Reader;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** Events of a JSON source. Depth and size are bounded by the reader of the events. */
final class JsonEvents implements SourceEvents {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final JsonParser parser;
  private int depth;
  private boolean rootRead;

  JsonEvents(Reader source) {
    this.parser = FACTORY.createParser(ObjectReadContext.empty(), source);
  }

  @Override
  public SourceEvent next() throws SourceRefusedException {
    try {
      JsonToken token = parser.nextToken();
      TokenStreamLocation at = parser.currentTokenLocation();
      if (token == null) {
        return event(SourceEvent.Kind.END_OF_SOURCE, "", at);
      }
      if (rootRead && depth == 0) {
        throw new SourceRefusedException(
            SourceRule.SECOND_DOCUMENT,
            position(at),
            "there is text after the end of the definition; keep one definition a file");
      }
      rootRead = true;
      return event(token, at);
    } catch (JacksonException e) {
      throw new SourceRefusedException(
          SourceRule.SYNTAX,
          position(e.getLocation()),
          "not JSON: %s; correct it and read again".formatted(Excerpt.line(JsonFault.text(e))));
    }
  }

  private SourceEvent event(JsonToken token, TokenStreamLocation at) {
    return switch (token) {
      case START_OBJECT -> open(SourceEvent.Kind.MAPPING, at);
      case START_ARRAY -> open(SourceEvent.Kind.SEQUENCE, at);
      case END_OBJECT, END_ARRAY -> {
        depth--;
        yield event(SourceEvent.Kind.END, "", at);
      }
      case PROPERTY_NAME, VALUE_STRING -> event(SourceEvent.Kind.TEXT, parser.getString(), at);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          event(SourceEvent.Kind.NUMBER, parser.getString(), at);
      case VALUE_TRUE, VALUE_FALSE -> event(SourceEvent.Kind.BOOLEAN, parser.getString(), at);
      case VALUE_NULL -> event(SourceEvent.Kind.NULL, "", at);
      case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw new IllegalStateException("a blocking parser of JSON text never gives " + token);
    };
  }

  private SourceEvent open(SourceEvent.Kind kind, TokenStreamLocation at) {
    depth++;
    return event(kind, "", at);
  }

  private static SourceEvent event(SourceEvent.Kind kind, String text, TokenStreamLocation at) {
    return new SourceEvent(kind, text, at.getLineNr(), at.getColumnNr());
  }

  private static Position position(@Nullable TokenStreamLocation at) {
    return at == null ? Position.START : new Position(at.getLineNr(), at.getColumnNr());
  }
}
