package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.Excerpt;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Events of a YAML 1.2 source. An alias is replaced by the events of what it stands for; anchors
 * and aliases are few ({@link DefinitionParser#ALIASES}), so that little text cannot stand for
 * much. Untagged scalars have the types of JSON. Depth and size are bounded by the reader of the
 * events.
 */
final class YamlEvents implements SourceEvents {
  private static final ScalarResolver RESOLVER =
      LoadSettings.builder().build().getSchema().getScalarResolver();

  /** Events of an anchored node, while it is read. */
  private static final class Recording {
    final String anchor;
    final List<SourceEvent> events = new ArrayList<>();
    int depth;

    Recording(String anchor) {
      this.anchor = anchor;
    }
  }

  private final byte[] source;
  private final ParserImpl parser;
  private final Map<String, List<SourceEvent>> anchored = new HashMap<>();
  private final Deque<Recording> recordings = new ArrayDeque<>();
  private Iterator<SourceEvent> replay = Collections.emptyIterator();
  private int anchors;
  private int aliases;
  private int documents;

  /**
   * Starts to read a source.
   *
   * @param source checked UTF-8
   * @param chars length of the longest line, or more. The library's reader copies what it has not
   *     yet handed out, such as a long word, each time it fills its buffer: with a buffer of many
   *     times less, a word costs its square.
   */
  YamlEvents(byte[] source, int chars) {
    this.source = source;
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(DefinitionParser.SOURCE_BYTES)
            .setBufferSize(chars + 1)
            .setUseMarks(true)
            .build();
    this.parser = new ParserImpl(settings, new StreamReader(settings, Utf8.reader(source)));
  }

  @Override
  public SourceEvent next() throws SourceRefusedException {
    SourceEvent event = replay.hasNext() ? replay.next() : read();
    if (!recordings.isEmpty()) {
      record(event);
    }
    return event;
  }

  private void record(SourceEvent event) {
    for (Recording recording : recordings) {
      recording.events.add(event);
      recording.depth +=
          switch (event.kind()) {
            case MAPPING, SEQUENCE -> 1;
            case END -> -1;
            case TEXT, NUMBER, BOOLEAN, NULL, END_OF_SOURCE -> 0;
          };
    }
    while (!recordings.isEmpty() && recordings.getFirst().depth == 0) {
      Recording complete = recordings.removeFirst();
      anchored.put(complete.anchor, complete.events);
    }
  }

  private SourceEvent read() throws SourceRefusedException {
    while (true) {
      Event event = parse();
      if (event == null) {
        return new SourceEvent(SourceEvent.Kind.END_OF_SOURCE, "", 1, 1);
      }
      switch (event.getEventId()) {
        case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
        case DocumentStart -> refuseSecondDocument(event);
        case Alias -> {
          startReplay((AliasEvent) event);
          return replay.next();
        }
        case Scalar, SequenceStart, MappingStart -> {
          return node((NodeEvent) event);
        }
        case SequenceEnd, MappingEnd -> {
          return event(SourceEvent.Kind.END, "", event);
        }
      }
    }
  }

  private @Nullable Event parse() throws SourceRefusedException {
    try {
      return parser.hasNext() ? parser.next() : null;
    } catch (MarkedYamlEngineException e) {
      throw syntax(e.getProblemMark().map(YamlEvents::position), e.getProblem());
    } catch (ReaderException e) {
      throw syntax(
          Optional.of(firstUnprintable()),
          "the character U+%04X may not stand in a YAML file".formatted(e.getCodePoint()));
    }
  }

  /** The library tells the offset in its buffer only. */
  private Position firstUnprintable() {
    String text = Utf8.text(source);
    int at = 0;
    while (at < text.length() && StreamReader.isPrintable(text.codePointAt(at))) {
      at += Character.charCount(text.codePointAt(at));
    }
    return Position.of(text, at);
  }

  private static SourceRefusedException syntax(Optional<Position> position, String problem) {
    return new SourceRefusedException(
        SourceRule.SYNTAX,
        position.orElse(Position.START),
        "not YAML: %s; correct it and read again".formatted(Excerpt.line(problem)));
  }

  private void refuseSecondDocument(Event start) throws SourceRefusedException {
    if (++documents > 1) {
      throw new SourceRefusedException(
          SourceRule.SECOND_DOCUMENT,
          position(start),
          "a second document starts here; keep one definition a file");
    }
  }

  private void startReplay(AliasEvent alias) throws SourceRefusedException {
    String name = alias.getAlias().getValue();
    if (++aliases > DefinitionParser.ALIASES) {
      throw tooManyAliases("aliases", position(alias));
    }
    List<SourceEvent> events = anchored.get(name);
    if (events == null) {
      throw new SourceRefusedException(
          SourceRule.BAD_ALIAS,
          position(alias),
          "the alias %s stands for nothing that ends before it; set the anchor first"
              .formatted(Excerpt.of(name)));
    }
    replay = events.iterator();
  }

  private static SourceRefusedException tooManyAliases(String what, Position position) {
    return new SourceRefusedException(
        SourceRule.TOO_MANY_ALIASES,
        position,
        "more than %d YAML %s; write the values out".formatted(DefinitionParser.ALIASES, what));
  }

  private SourceEvent node(NodeEvent event) throws SourceRefusedException {
    Optional<Anchor> anchor = event.getAnchor();
    if (anchor.isPresent()) {
      if (++anchors > DefinitionParser.ALIASES) {
        throw tooManyAliases("anchors", position(event));
      }
      // An anchor that is set again stands for nothing until its new node is complete.
      anchored.remove(anchor.get().getValue());
      recordings.addFirst(new Recording(anchor.get().getValue()));
    }
    return switch (event) {
      case ScalarEvent scalar -> {
        refuseTag(scalar.getTag(), event);
        yield event(kind(scalar), scalar.getValue(), event);
      }
      case CollectionStartEvent collection -> {
        refuseTag(collection.getTag(), event);
        yield event(
            event.getEventId() == Event.ID.MappingStart
                ? SourceEvent.Kind.MAPPING
                : SourceEvent.Kind.SEQUENCE,
            "",
            event);
      }
      default -> throw new IllegalStateException("not a node: " + event.getEventId());
    };
  }

  private static void refuseTag(Optional<String> tag, Event event) throws SourceRefusedException {
    if (tag.isPresent()) {
      throw new SourceRefusedException(
          SourceRule.YAML_TAG,
          position(event),
          "the tag %s is not part of the language; remove it".formatted(Excerpt.of(tag.get())));
    }
  }

  private static SourceEvent.Kind kind(ScalarEvent scalar) {
    if (!scalar.isPlain() || isWord(scalar.getValue())) {
      return SourceEvent.Kind.TEXT;
    }
    Tag tag = RESOLVER.resolve(scalar.getValue(), true);
    if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
      return SourceEvent.Kind.NUMBER;
    }
    if (tag.equals(Tag.BOOL)) {
      return SourceEvent.Kind.BOOLEAN;
    }
    return tag.equals(Tag.NULL) ? SourceEvent.Kind.NULL : SourceEvent.Kind.TEXT;
  }

  /** Most scalars start with a letter that no number, boolean or null starts with. */
  private static boolean isWord(String plain) {
    return !plain.isEmpty()
        && Character.isLetter(plain.charAt(0))
        && "tfn".indexOf(plain.charAt(0)) < 0;
  }

  private static SourceEvent event(SourceEvent.Kind kind, String text, Event event) {
    Mark mark = event.getStartMark().orElseThrow();
    return new SourceEvent(kind, text, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private static Position position(Event event) {
    return position(event.getStartMark().orElseThrow());
  }

  private static Position position(Mark mark) {
    return new Position(mark.getLine() + 1, mark.getColumn() + 1);
  }
}
