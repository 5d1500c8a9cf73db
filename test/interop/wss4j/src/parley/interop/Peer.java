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
 *
 * A new operation is one method and one line in {@link #OPERATIONS}.
 */
public final class Peer {
  /** What an operation does with its arguments; octets travel as Base64. */
  @FunctionalInterface
  private interface Operation {
    Object run(JsonElement arguments) throws Exception;
  }

  @FunctionalInterface
  private interface TypedOperation<A> {
    Object run(A arguments) throws Exception;
  }

  private static final Gson GSON = new Gson();

  private static final Map<String, Operation> OPERATIONS =
      Map.of(
          "versions", arguments -> Versions.read(),
          "bootstrap.seal", taking(BootstrapRequest.class, Peer::sealBootstrap),
          "credentials", taking(Credentials.Request.class, Credentials::make),
          "dom.open", taking(OpenRequest.class, DomEngine::open),
          "dom.seal", taking(SealRequest.class, DomEngine::seal),
          "dom.seal-tokens", taking(TokenRequest.class, DomTokens::seal),
          "dom.seal-username", taking(UsernameRequest.class, DomUsername::seal),
          "stax.seal-username", taking(UsernameRequest.class, StaxUsername::seal),
          "stax.open", taking(OpenRequest.class, StaxEngine::open),
          "stax.seal", taking(SealRequest.class, StaxEngine::seal));

  private Peer() {}

  public static void main(String[] args) throws Exception {
    PrintStream replies = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    // A library that prints must not break the protocol.
    System.setOut(System.err);
    WSSConfig.init();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      replies.println(answer(JsonParser.parseString(line).getAsJsonObject()));
    }
  }

  private static String answer(JsonObject request) {
    JsonObject reply = new JsonObject();
    reply.add("id", request.get("id"));
    try {
      Operation operation = OPERATIONS.get(request.get("operation").getAsString());
      if (operation == null) throw new IllegalArgumentException("unknown operation");
      reply.add("result", GSON.toJsonTree(operation.run(request.get("arguments"))));
    } catch (Exception | LinkageError error) {
      Refusal refusal = Refusal.of(error);
      if (refusal == null) reply.addProperty("failed", error.toString());
      else reply.add("refused", GSON.toJsonTree(refusal));
    }
    return GSON.toJson(reply);
  }

  private static Sealed sealBootstrap(BootstrapRequest request) throws Exception {
    return request.engine().equals("dom") ? DomBootstrap.seal(request) : StaxBootstrap.seal(request);
  }

  private static <A> Operation taking(Class<A> type, TypedOperation<A> operation) {
    return arguments -> operation.run(GSON.fromJson(arguments, type));
  }
}
