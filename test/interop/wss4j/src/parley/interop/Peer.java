package parley.interop;

import static parley.interop.Lines.taking;

import java.util.Map;

/** The engines of WSS4J 4. A new operation is one method and one line in {@link #OPERATIONS}. */
public final class Peer {
  private static final Map<String, Lines.Operation> OPERATIONS =
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
    Lines.serve(OPERATIONS);
  }

  private static Sealed sealBootstrap(BootstrapRequest request) throws Exception {
    return request.engine().equals("dom") ? DomBootstrap.seal(request) : StaxBootstrap.seal(request);
  }
}
