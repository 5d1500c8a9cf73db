package parley.interop.artemis;

import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;

/** {@code Main URL-OF-BROKER-XML}: serves until it is ended. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws Exception {
    EmbeddedActiveMQ server = new EmbeddedActiveMQ();
    server.setConfigResourcePath(arguments[0]);
    server.start();
    System.out.println("Artemis ready");
  }
}
