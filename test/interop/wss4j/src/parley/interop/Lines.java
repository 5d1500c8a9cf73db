package parley.interop;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.wss4j.dom.engine.WSSConfig;

/**
 * One line of JSON in, one out, until standard input ends:
 *
 * <pre>
 * {"id": 1, "operation": "dom.open", "arguments": {...}}
 * {"id": 1, "result": {...}}                                      done
 * {"id": 1, "refused": {"kind": "FAILED_CHECK", "reason": "..."}} the engine says no to this message
 * {"id": 1, "failed": "..."}                                      anything else that went wrong
 * </pre>
 */
final class Lines {
  /** What an operation does with its arguments; octets travel as Base64. */
  @FunctionalInterface
  interface Operation {
    Object run(JsonElement arguments) throws Exception;
  }

  @FunctionalInterface
  interface TypedOperation<A> {
    Object run(A arguments) throws Exception;
  }

  private static final Gson GSON = new Gson();

  private Lines() {}

  static void serve(Map<String, Operation> operations) throws Exception {
    PrintStream replies = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    // A library that prints must not break the protocol.
    System.setOut(System.err);
    WSSConfig.init();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      replies.println(answer(operations, JsonParser.parseString(line).getAsJsonObject()));
    }
  }

  private static String answer(Map<String, Operation> operations, JsonObject request) {
    JsonObject reply = new JsonObject();
    reply.add("id", request.get("id"));
    try {
      Operation operation = operations.get(request.get("operation").getAsString());
      if (operation == null) throw new IllegalArgumentException("unknown operation");
      reply.add("result", GSON.toJsonTree(operation.run(request.get("arguments"))));
    } catch (Exception | LinkageError error) {
      Refusal refusal = Refusal.of(error);
      if (refusal == null) reply.addProperty("failed", error.toString());
      else reply.add("refused", GSON.toJsonTree(refusal));
    }
    return GSON.toJson(reply);
  }

  static <A> Operation taking(Class<A> type, TypedOperation<A> operation) {
    return arguments -> operation.run(GSON.fromJson(arguments, type));
  }
}
