package parley.interop.rampart;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.axiom.om.OMElement;
import org.apache.axiom.om.OMNamespace;
import org.apache.axiom.om.OMXMLBuilderFactory;
import org.apache.axis2.AxisFault;
import org.apache.axis2.Constants;
import org.apache.axis2.addressing.EndpointReference;
import org.apache.axis2.client.Options;
import org.apache.axis2.client.ServiceClient;
import org.apache.axis2.context.ConfigurationContext;
import org.apache.axis2.context.ConfigurationContextFactory;
import org.apache.axis2.context.MessageContext;
import org.apache.axis2.engine.AxisEngine;
import org.apache.axis2.transport.OutTransportInfo;
import org.apache.axis2.transport.http.HTTPTransportUtils;
import org.apache.axis2.util.MessageContextBuilder;
import org.apache.neethi.PolicyEngine;
import org.apache.rampart.RampartMessageData;

/** server | client | policy; key=value after it. See docs/interop.md. */
public final class Main {
  private static ConfigurationContext context;

  public static void main(String[] args) throws Exception {
    Map<String, String> options = new HashMap<>();
    for (int i = 1; i < args.length; i++) options.put(args[i].substring(0, args[i].indexOf('=')), args[i].substring(args[i].indexOf('=') + 1));
    // WSS4J puts BouncyCastle 1.45 in front of the JDK's providers, and TLS of JDK 17 fails with it. It is not needed.
    org.apache.ws.security.WSSConfig.init();
    java.security.Security.removeProvider("BC");
    String keys = Path.of(options.getOrDefault("keys", "keys")).toAbsolutePath().toString();
    System.setProperty("javax.net.ssl.trustStore", keys + "/trust.p12");
    System.setProperty("javax.net.ssl.trustStorePassword", "password");
    List<String> names = options.containsKey("endpoints") ? List.of(options.get("endpoints").split(",")) : Policies.all();
    switch (args[0]) {
      case "server" -> server(options, names, keys);
      case "client" -> {
        client(options, names, keys);
        System.exit(0);
      }
      case "policy" -> System.out.println(Policies.policy(names.get(0), options.containsKey("server"), keys));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void server(Map<String, String> options, List<String> names, String keys) throws Exception {
    Path repository = Files.createTempDirectory("rampart");
    Files.createDirectories(repository.resolve("modules"));
    try (var files = Files.list(Path.of(options.get("repository"), "modules"))) {
      for (Path file : (Iterable<Path>) files::iterator) Files.copy(file, repository.resolve("modules").resolve(file.getFileName()));
    }
    for (String name : names) {
      Path dir = Files.createDirectories(repository.resolve("services").resolve(name).resolve("META-INF"));
      Files.writeString(dir.resolve("services.xml"), Policies.services(name, keys));
    }
    context = ConfigurationContextFactory.createConfigurationContextFromFileSystem(repository.toString(), null);
    int httpPort = Integer.parseInt(options.getOrDefault("http", "9380"));
    int httpsPort = Integer.parseInt(options.getOrDefault("https", "9743"));
    HttpServer http = HttpServer.create(new InetSocketAddress("127.0.0.1", httpPort), 0);
    HttpsServer https = HttpsServer.create(new InetSocketAddress("127.0.0.1", httpsPort), 0);
    SSLContext tls = SSLContext.getInstance("TLS");
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (FileInputStream in = new FileInputStream(keys + "/server.p12")) {
      store.load(in, "password".toCharArray());
    }
    managers.init(store, "password".toCharArray());
    tls.init(managers.getKeyManagers(), null, null);
    https.setHttpsConfigurator(new HttpsConfigurator(tls));
    for (HttpServer server : new HttpServer[] {http, https}) {
      server.setExecutor(Executors.newFixedThreadPool(4));
      server.createContext("/", exchange -> handle(exchange, server == https ? "https" : "http"));
      server.start();
    }
    System.out.println("READY " + context.getAxisConfiguration().getServices().size() + " endpoints " + httpPort + " " + httpsPort + " faulty " + context.getAxisConfiguration().getFaultyServices().keySet());
    while (System.in.read() >= 0) { /* until whoever started this goes */ }
    System.exit(0);
  }

  /** What SimpleHTTPServer does, and over TLS too. */
  private static void handle(HttpExchange exchange, String scheme) throws IOException {
    byte[] request = exchange.getRequestBody().readAllBytes();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    String action = exchange.getRequestHeaders().getFirst("SOAPAction");
    String path = exchange.getRequestURI().toString();
    String[] replyType = {type};
    int status = 200;
    MessageContext message = context.createMessageContext();
    try {
      message.setIncomingTransportName(scheme);
      message.setServerSide(true);
      message.setTransportIn(context.getAxisConfiguration().getTransportIn("http"));
      message.setTransportOut(context.getAxisConfiguration().getTransportOut("http"));
      message.setProperty(Constants.Configuration.TRANSPORT_IN_URL, scheme + "://127.0.0.1" + path);
      message.setProperty(MessageContext.TRANSPORT_OUT, out);
      message.setProperty(Constants.OUT_TRANSPORT_INFO, (OutTransportInfo) contentType -> replyType[0] = contentType);
      message.setServiceGroupContextId(java.util.UUID.randomUUID().toString());
      HTTPTransportUtils.processHTTPPostRequest(message, new ByteArrayInputStream(request), out, type, action == null ? null : action.replace("\"", ""), path);
    } catch (Throwable error) {
      status = 500;
      System.out.println("FAULT " + path + " " + causes(error));
      if (System.getenv("TRACE") != null) error.printStackTrace(System.out);
      try {
        message.setProperty(MessageContext.TRANSPORT_OUT, out);
        AxisEngine.sendFault(MessageContextBuilder.createFaultMessageContext(message, error));
      } catch (AxisFault | RuntimeException second) {
        System.out.println("NO FAULT SENT " + causes(second));
      }
    }
    byte[] reply = out.toByteArray();
    exchange.getResponseHeaders().set("Content-Type", replyType[0] == null ? "text/xml" : replyType[0]);
    exchange.sendResponseHeaders(status, reply.length == 0 ? -1 : reply.length);
    exchange.getResponseBody().write(reply);
    exchange.close();
  }

  private static void client(Map<String, String> options, List<String> names, String keys) throws Exception {
    String http = options.getOrDefault("http", "http://127.0.0.1:9380/axis2/services");
    String https = options.getOrDefault("https", "https://127.0.0.1:9743/axis2/services");
    context = ConfigurationContextFactory.createConfigurationContextFromFileSystem(options.get("repository"), null);
    // For foreign servers that mark wsa headers mustUnderstand: the client for tokens does not engage addressing by itself.
    if (!"false".equals(options.get("addressing"))) context.getAxisConfiguration().engageModule("addressing");
    for (String name : names) {
      StringBuilder line = new StringBuilder("RESULT " + name);
      String step = "client";
      long started = System.nanoTime();
      ServiceClient client = new ServiceClient(context, null);
      try {
        Options o = new Options();
        o.setAction("urn:peer:echo/echo");
        o.setTo(new EndpointReference(options.containsKey("url") ? options.get("url") : (Policies.overTls(name) ? https : http) + "/" + name));
        o.setSoapVersionURI(Policies.soap12(name) ? "http://www.w3.org/2003/05/soap-envelope" : "http://schemas.xmlsoap.org/soap/envelope/");
        o.setTimeOutInMilliSeconds(20000);
        o.setProperty(RampartMessageData.KEY_RAMPART_POLICY, PolicyEngine.getPolicy(OMXMLBuilderFactory.createOMBuilder(new StringReader(Policies.policy(name, false, keys))).getDocumentElement()));
        client.setOptions(o);
        client.getServiceContext().setProperty(RampartMessageData.KEY_RAMPART_POLICY, o.getProperty(RampartMessageData.KEY_RAMPART_POLICY));
        client.engageModule("addressing");
        client.engageModule("rampart");
        for (String each : new String[] {"call1", "call2"}) call(client, step = each, line);
        step = "cancel";
        o.setProperty(RampartMessageData.CANCEL_REQUEST, Constants.VALUE_TRUE);
        call(client, step, line);
        o.setProperty(RampartMessageData.CANCEL_REQUEST, Constants.VALUE_FALSE);
        call(client, step = "call after cancel", line);
      } catch (Throwable error) {
        line.append(" | ").append(step).append(": ").append(causes(error));
        if (options.containsKey("trace")) error.printStackTrace(System.out);
      } finally {
        client.cleanupTransport();
      }
      System.out.println(line + " | " + (System.nanoTime() - started) / 1_000_000 + " ms");
    }
  }

  private static void call(ServiceClient client, String step, StringBuilder line) throws AxisFault {
    String text = "Gr\u00fc\u00dfe & <" + step + ">";
    var factory = org.apache.axiom.om.OMAbstractFactory.getOMFactory();
    OMNamespace ns = factory.createOMNamespace("urn:peer:echo", "e");
    OMElement echo = factory.createOMElement("echo", ns);
    factory.createOMElement("text", ns, echo).setText(text);
    OMElement reply = client.sendReceive(echo);
    String answer = reply == null || reply.getFirstElement() == null ? String.valueOf(reply) : reply.getFirstElement().getText();
    line.append(" | ").append(step).append(": ").append(text.equals(answer) ? "ok" : "ANSWER " + answer);
  }

  private static String causes(Throwable error) {
    StringBuilder text = new StringBuilder();
    for (Throwable t = error; t != null && text.length() < 500; t = t.getCause()) text.append(t.getClass().getSimpleName()).append(": ").append(t.getMessage()).append(" / ");
    return text.toString().replaceAll("\\s+", " ");
  }
}
