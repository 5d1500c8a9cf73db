package parley.interop;

import java.util.Map;
import org.apache.wss4j.dom.engine.WSSecurityEngine;
import org.apache.wss4j.stax.setup.WSSec;
import org.apache.xml.security.Init;

/** What stands behind this peer. */
final class Versions {
  private Versions() {}

  static Map<String, String> read() {
    return Map.of(
        "java", Runtime.version().feature() + "",
        "dom", versionOf(WSSecurityEngine.class),
        "stax", versionOf(WSSec.class),
        "xmlsec", versionOf(Init.class));
  }

  private static String versionOf(Class<?> type) {
    return String.valueOf(type.getPackage().getImplementationVersion());
  }
}
