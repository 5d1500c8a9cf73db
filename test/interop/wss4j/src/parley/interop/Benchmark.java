package parley.interop;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLStreamReader;
import org.apache.wss4j.dom.engine.WSSConfig;
import org.apache.wss4j.stax.setup.InboundWSSec;
import org.w3c.dom.Document;

/**
 * Times both engines on one thread. One line of JSON in, one out, until standard input ends:
 *
 * <pre>
 * {"prepare": "dom.open", "request": {...}, "messages": ["..."]}  what each message is handled with is made here, once
 * {"subject": 0, "opened": {...}}                                 or "sealed": the answer to the first message, to check
 * {"subject": 0, "ms": 60}                                        the messages in turn, for so long
 * {"messages": 812, "wallNs": 60012345, "cpuNs": 60101010}        CPU time of all threads: collector and compiler too
 * </pre>
 */
public final class Benchmark {
  /** Handles one message; gives what it made of it, if that is octets. */
  @FunctionalInterface
  private interface Work {
    byte[] run(byte[] octets) throws Exception;
  }

  private record Prepared(Work work, List<byte[]> messages) {}

  private static final Gson GSON = new Gson();
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private static final List<Prepared> SUBJECTS = new ArrayList<>();

  private Benchmark() {}

  public static void main(String[] args) throws Exception {
    PrintStream replies = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    WSSConfig.init();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonObject request = JsonParser.parseString(line).getAsJsonObject();
      replies.println(GSON.toJson(request.has("prepare") ? prepare(request) : time(request)));
    }
  }

  private static JsonObject prepare(JsonObject request) throws Exception {
    String operation = request.get("prepare").getAsString();
    JsonObject arguments = request.getAsJsonObject("request");
    Prepared prepared = new Prepared(workOf(operation, arguments), new ArrayList<>());
    request.getAsJsonArray("messages").forEach(message -> prepared.messages.add(Xml.octets(message.getAsString())));
    JsonObject reply = new JsonObject();
    reply.addProperty("subject", SUBJECTS.size());
    SUBJECTS.add(prepared);
    switch (operation) {
      case "dom.open" -> reply.add("opened", GSON.toJsonTree(DomEngine.open(openRequest(arguments))));
      case "stax.open" -> reply.add("opened", GSON.toJsonTree(StaxEngine.open(openRequest(arguments))));
      default -> reply.addProperty("sealed", Xml.base64(prepared.work.run(prepared.messages.get(0))));
    }
    return reply;
  }

  private static Work workOf(String operation, JsonObject arguments) throws Exception {
    boolean isOfContext = arguments.has("identifier");
    switch (operation) {
      case "dom.open" -> {
        DomEngine.Opener opener = new DomEngine.Opener(openRequest(arguments));
        return octets -> {
          opener.open(Xml.parse(octets));
          return null;
        };
      }
      case "stax.open" -> {
        InboundWSSec opener = StaxEngine.opener(openRequest(arguments));
        return octets -> {
          XMLStreamReader clear = StaxEngine.open(opener, octets, event -> {});
          while (clear.hasNext()) clear.next();
          return null;
        };
      }
      case "dom.seal" -> {
        if (isOfContext) {
          SealRequest request = GSON.fromJson(arguments, SealRequest.class);
          return octets -> {
            Document document = Xml.parse(octets);
            DomEngine.seal(document, request);
            return Xml.serialise(document);
          };
        }
        DomTokens.Sealer sealer = new DomTokens.Sealer(GSON.fromJson(arguments, TokenRequest.class));
        return octets -> {
          Document document = Xml.parse(octets);
          sealer.seal(document);
          return Xml.serialise(document);
        };
      }
      case "stax.seal" -> {
        if (isOfContext) return new StaxEngine.Sealer(GSON.fromJson(arguments, SealRequest.class))::seal;
        return new StaxTokens.Sealer(GSON.fromJson(arguments, TokenRequest.class))::seal;
      }
      default -> throw new IllegalArgumentException("unknown operation " + operation);
    }
  }

  private static OpenRequest openRequest(JsonObject arguments) {
    return GSON.fromJson(arguments, OpenRequest.class);
  }

  private static JsonObject time(JsonObject request) throws Exception {
    Prepared subject = SUBJECTS.get(request.get("subject").getAsInt());
    long limitNs = request.get("ms").getAsLong() * 1_000_000;
    long count = 0;
    long cpuBefore = SYSTEM.getProcessCpuTime();
    long before = System.nanoTime();
    long wallNs;
    do {
      subject.work.run(subject.messages.get((int) (count++ % subject.messages.size())));
      wallNs = System.nanoTime() - before;
    } while (wallNs < limitNs);
    JsonObject reply = new JsonObject();
    reply.addProperty("messages", count);
    reply.addProperty("wallNs", wallNs);
    reply.addProperty("cpuNs", SYSTEM.getProcessCpuTime() - cpuBefore);
    return reply;
  }
}
