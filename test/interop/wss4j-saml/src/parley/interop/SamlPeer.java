package parley.interop;

import static parley.interop.Lines.taking;

import java.util.Map;
import org.apache.wss4j.common.saml.OpenSAMLUtil;
import org.apache.wss4j.dom.engine.WSSecurityEngine;
import org.opensaml.core.Version;

/** SAML assertions by WSS4J 3 and OpenSAML 4. */
public final class SamlPeer {
  private static final Map<String, Lines.Operation> OPERATIONS =
      Map.of(
          "versions", arguments -> versions(),
          "saml.open", taking(SamlOpening.class, SamlOpening::open),
          "saml.seal", taking(SamlSealing.class, SamlSealing::seal));

  private SamlPeer() {}

  public static void main(String[] args) throws Exception {
    // Without XACML, of which WSS4J would want yet another library.
    OpenSAMLUtil.initSamlEngine(false);
    Lines.serve(OPERATIONS);
  }

  private static Map<String, String> versions() {
    return Map.of(
        "dom", String.valueOf(WSSecurityEngine.class.getPackage().getImplementationVersion()),
        "opensaml", String.valueOf(Version.getVersion()));
  }
}
